import Foundation
import Imaging
import Testing

@Suite("SVG figures and contact sheets")
struct SVGTests {
  @Test("A figure is well-formed SVG with vector text, lines and boxes, and embedded images")
  func svg() throws {
    let image = PixelBuffer(width: 40, height: 30, channels: 1, filledWith: 90)
    let map = ScalarImage(width: 2, height: 2, values: [0, 1, -2, 3])
    let figure = Figure(
      rows: [
        [
          .image(
            image, title: "a < b & \"c\" \u{1}\u{FFFE}",
            boxes: [LabeledBox(BoundingBox(x0: 2, y0: 2, x1: 20, y1: 20), label: "<&>")]),
          .map(map),
        ],
        [
          .plot(
            LinePlot(
              [.init("s", points: [(0, 0), (1, 1)], hasMarkers: true)], xLabel: "x", yLabel: "y",
              diagonal: true)),
          .matrix(values: [[1, 2]], rowNames: ["r"], columnNames: ["c", "d"]),
        ],
      ], title: "Title]]>", captions: ["caption"], cellSize: (120, 120))
    let svg = figure.svg()
    let elements = try #require(Self.elements(of: svg))
    #expect(elements.filter { $0 == "image" }.count == 3)
    for name in ["text", "rect", "polyline", "circle", "clipPath"] {
      #expect(elements.contains(name), "\(name)")
    }
    #expect(svg.contains(">a &lt; b &amp; \"c\" \\u{1}?</text>"))
    #expect(svg.contains(">&lt;&amp;&gt;</text>"))
    // The embedded images are PNG files.
    let start = try #require(svg.firstRange(of: "base64,"))
    let base64 = svg[start.upperBound...].prefix { $0 != "\"" }
    let png = try #require(Data(base64Encoded: String(base64)))
    #expect(try PNG.decode([UInt8](png)).width == 240)
    let folder = NSTemporaryDirectory() + "svg-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try figure.write(to: "\(folder)/figure.SVG")
    #expect(try String(contentsOfFile: "\(folder)/figure.SVG", encoding: .utf8) == svg)
    #expect(throws: ImageFileError.self) { try figure.write(to: "\(folder)/figure.pdf") }
  }

  /// The names of all elements; nil if tags are not balanced or a character is not allowed.
  private static func elements(of xml: String) -> [String]? {
    var names: [String] = []
    var open: [String] = []
    var rest = Substring(xml)
    guard
      xml.unicodeScalars.allSatisfy({
        $0.value >= 0x20 && $0.value < 0xFFFE || $0 == "\n" || $0.value > 0xFFFF
      })
    else { return nil }
    while let start = rest.firstIndex(of: "<") {
      // Text contains no bare ampersand.
      for part in rest[..<start].split(separator: "&", omittingEmptySubsequences: false).dropFirst()
      {
        guard ["amp;", "lt;", "gt;"].contains(where: part.hasPrefix) else { return nil }
      }
      guard let end = rest[start...].firstIndex(of: ">") else { return nil }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("?") { continue }
      if tag.contains("<")
        || tag.split(separator: "\"", omittingEmptySubsequences: false).count % 2 == 0
      {
        return nil
      }
      if tag.hasPrefix("/") {
        guard open.popLast() == String(tag.dropFirst()) else { return nil }
        continue
      }
      let name = String(tag.prefix { $0 != " " && $0 != "/" })
      names.append(name)
      if !tag.hasSuffix("/") { open.append(name) }
    }
    return open.isEmpty && rest.allSatisfy(\.isWhitespace) ? names : nil
  }

  @Test("A contact sheet has pages of thumbnails, whatever the number of images")
  func contactSheet() throws {
    let folder = NSTemporaryDirectory() + "sheet-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (count, pages) in [(0, 0), (1, 1), (6, 1), (7, 2), (13, 3)] {
      var sheet = ContactSheet(
        to: "\(folder)/of.\(count).png", title: "films", columns: 3, rows: 2, cellSize: 60, dpi: 96)
      for number in 0..<count {
        let image = PixelBuffer(
          width: 400, height: 300 + number, channels: 1, filledWith: UInt8(100 + number))
        try sheet.add(
          .image(
            image, title: "film \(number)",
            boxes: [LabeledBox(BoundingBox(x0: 100, y0: 100, x1: 300, y1: 200), color: .red)]))
      }
      let written = try sheet.finish()
      #expect(written.count == pages)
      for (place, path) in written.enumerated() {
        #expect(path == "\(folder)/of.\(count)\(place > 0 ? "-\(place + 1)" : "").png")
        let page = try PixelBuffer(contentsOfImage: path)
        if count > 3 { #expect(page.width == 3 * 60 + 2 * 12 + 48) }
        for number in (6 * place)..<min(6 * place + 6, count) {
          let gray = UInt8(100 + number)
          let found = (0..<(page.width * page.height)).count {
            page.samples[3 * $0] == gray && page.samples[3 * $0 + 1] == gray
              && page.samples[3 * $0 + 2] == gray
          }
          #expect(found > 800, "film \(number)")
        }
        // The box is scaled with its image.
        #expect(
          page.samples.indices.contains {
            $0 % 3 == 0 && page.samples[$0] > 150
              && page.samples[$0 + 1] < 60
          })
      }
    }
  }
}

import DataBlocks
import Foundation
import Imaging
import Runs
import Testing

@Suite("Files of figures")
struct FigureFilesTests {
  @Test(
    "A figure replaces an earlier one of the same image and nothing else, as PNG and as SVG",
    arguments: FigureFormat.allCases)
  func names(format: FigureFormat) throws {
    let folder = NSTemporaryDirectory() + "figures-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let ending = format.rawValue
    let image = PixelBuffer(width: 8, height: 8, channels: 1, filledWith: 90)
    let figure = Figure(rows: [[.image(image, title: "title")]], cellSize: (60, 60))
    // A file that is no figure, though it begins like one.
    let foreign = format == .svg ? Array(figure.svg().utf8) : try figure.png()
    try Data(foreign).write(to: URL(fileURLWithPath: "\(folder)/c.\(ending)"))
    func write(_ paths: [String]) throws -> [String] {
      var files = FigureFiles(folder: folder, inputs: [], format: format)
      return try paths.map {
        String(try files.write(figure, of: DataItem(path: $0)).dropFirst(folder.count + 1))
      }
    }
    for _ in 0..<2 {
      #expect(
        try write(["/x/a.dcm", "/y/a.dcm", "/x/b.png", "/x/c.dcm"])
          == ["a", "a-2", "b", "c-2"].map { "\($0).\(ending)" })
      #expect(try write(["/y/a.dcm", "/z/a.dcm"]) == ["a-2", "a-3"].map { "\($0).\(ending)" })
    }
    #expect(
      try [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(folder)/c.\(ending)"))) == foreign)
    let written = try [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(folder)/a.\(ending)")))
    switch format {
    case .png: #expect(try PNG.decode(written) == figure.drawn())
    case .svg:
      let text = String(decoding: written, as: UTF8.self)
      #expect(text.hasPrefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- lightbox-image "))
      #expect(text.contains("<svg xmlns=") && text.hasSuffix("</svg>\n"))
    }
  }
}

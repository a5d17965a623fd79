import Datasets
import Files
import Foundation
import Imaging
import Testing

@Suite struct SIIMMaskTests {
  private struct Facts: Decodable {
    struct Row: Decodable {
      let image: String
      let area: Int
      let box: [Int]?
      let sha256: String?
      let canonical: Bool?
    }
    struct Image: Decodable {
      let image: String
      let area: Int
      let box: [Int]?
      let sha256: String?
      let canonical_rle_sha256: String?
    }
    let rows: [Row]
    let images: [Image]
  }

  private func facts() throws -> Facts {
    try JSONDecoder().decode(
      Facts.self, from: Data(contentsOf: URL(fileURLWithPath: siimFixture("siim.json"))))
  }

  private func corners(_ mask: SIIMMask) -> [Int]? {
    mask.boundingBox.map { [$0.x0, $0.y0, $0.x1, $0.y1].map { Int($0) } }
  }

  @Test("every row of a real file gives the mask of the reference")
  func rows() throws {
    let lines = try String(contentsOfFile: siimFixture("siim-rows.csv"), encoding: .utf8)
      .split(separator: "\n").dropFirst()
    let facts = try facts()
    try #require(lines.count == facts.rows.count)
    for (line, row) in zip(lines, facts.rows) {
      let cells = line.split(separator: ",")
      #expect(cells[0] == row.image)
      let mask = try SIIMMask(runLengths: cells[1], width: 1024, height: 1024)
      #expect(mask.area == row.area)
      #expect(corners(mask) == row.box)
      guard let checksum = row.sha256 else {
        #expect(mask.isEmpty && mask.runLengths == "-1")
        continue
      }
      #expect(FileHash.sha256(mask.bytes) == checksum)
      #expect(SIIMMask(width: 1024, height: 1024, bytes: mask.bytes) == mask)
      let text = String(cells[1]).trimmingCharacters(in: .whitespaces)
      #expect((mask.runLengths == text) == row.canonical)
    }
  }

  @Test("the mask of an image is the union of its rows")
  func unions() throws {
    let file = try SIIMMaskFile(path: siimFixture("siim-rows.csv"))
    let facts = try facts()
    let cells = try integerTensors(ofSafetensors: siimFixture("siim.safetensors"))
    try #require(file.masks.count == facts.images.count)
    for image in facts.images {
      let mask = try #require(file.masks[image.image])
      #expect(mask.area == image.area)
      #expect(corners(mask) == image.box)
      #expect(file.mask(forFile: "some/folder/\(image.image).dcm") == mask)
      if let checksum = image.sha256 {
        #expect(FileHash.sha256(mask.bytes) == checksum)
      }
      if let checksum = image.canonical_rle_sha256 {
        #expect(FileHash.sha256(Array(mask.runLengths.utf8)) == checksum)
      }
      guard let counts = cells["\(image.image)/cells32"] else { continue }
      try #require(counts.count == 1024)
      for (index, count) in counts.enumerated() {
        let (x, y) = (index % 32 * 32, index / 32 * 32)
        let cell = BoundingBox(
          x0: Double(x), y0: Double(y), x1: Double(x + 32), y1: Double(y + 32))
        #expect(mask.area(in: cell) == count)
        #expect(mask.intersects(cell) == (count > 0))
      }
    }
    #expect(cells.count == facts.images.count { $0.area > 0 })
  }

  @Test("random masks round trip through their rows")
  func roundTrips() throws {
    var random = SystemRandomNumberGenerator()
    for (width, height) in [(1, 1), (7, 5), (5, 7), (64, 33)] {
      for _ in 0..<20 {
        let level = UInt8.random(in: 0...4, using: &random)
        let bytes = (0..<width * height).map { _ -> UInt8 in
          UInt8.random(in: 0...4, using: &random) < level ? 1 : 0
        }
        let mask = SIIMMask(width: width, height: height, bytes: bytes)
        #expect(mask.bytes == bytes)
        #expect(mask.area == bytes.count { $0 == 1 })
        let again = try SIIMMask(runLengths: mask.runLengths, width: width, height: height)
        #expect(again == mask)
        for y in -1...height {
          for x in -1...width {
            let isInside = (0..<width).contains(x) && (0..<height).contains(y)
            #expect(mask.contains(x: x, y: y) == (isInside && bytes[y * width + x] == 1))
          }
        }
        let set = bytes.indices.filter { bytes[$0] == 1 }
        let expected =
          set.isEmpty
          ? nil
          : [
            set.map { $0 % width }.min(), set.map { $0 / width }.min(),
            set.map { $0 % width + 1 }.max(), set.map { $0 / width + 1 }.max(),
          ].compactMap { $0 }
        #expect(corners(mask) == expected)
      }
    }
  }

  @Test("gaps count from the end of the previous run, down the columns")
  func positions() throws {
    let mask = try SIIMMask(runLengths: "1 2 3 1", width: 3, height: 4)
    #expect(mask.runs == [1..<3, 6..<7])
    #expect(mask.contains(x: 0, y: 1) && mask.contains(x: 0, y: 2) && mask.contains(x: 1, y: 2))
    #expect(mask.area == 3)
    // A gap of 0 continues the run: valid, but not canonical.
    #expect(try SIIMMask(runLengths: "1 2 0 2", width: 3, height: 4).runLengths == "1 4")
    #expect(try SIIMMask(runLengths: " -1", width: 3, height: 4).isEmpty)
    #expect(try SIIMMask(runLengths: "0 12", width: 3, height: 4).area == 12)
  }

  @Test(
    "malformed rows are rejected with the reason",
    arguments: [
      ("", .empty), ("1 2 3", .oddCount(numbers: 3)), ("1 x", .notANumber(token: "x")),
      ("1.5 2", .notANumber(token: "1.5")), ("4 2 -1 3", .overlap(gap: -1)),
      ("4 0", .emptyRun(length: 0)), ("4 -2", .emptyRun(length: -2)),
      ("10 3", .beyondImage(end: 13, pixels: 12)), ("-1 -1", .overlap(gap: -1)),
      ("1 99999999999999999999", .notANumber(token: "99999999999999999999")),
    ] as [(String, SIIMMaskError.Reason)])
  func malformed(_ row: String, _ reason: SIIMMaskError.Reason) throws {
    #expect(throws: SIIMMaskError(reason)) {
      try SIIMMask(runLengths: row, width: 3, height: 4)
    }
    let text = "ImageId, EncodedPixels\na,-1\nb,\(row)\n"
    #expect(throws: SIIMMaskError(reason, line: 3)) {
      try SIIMMaskFile(text: text, width: 3, height: 4)
    }
  }

  @Test("a mask file is read with either header, line ending and spaces; other files are rejected")
  func maskFiles() throws {
    for text in [
      "ImageId, EncodedPixels\r\na, 1 2\r\na,5 1\r\nb, -1\r\n\r\n",
      "\u{FEFF}ImageId,EncodedPixels\na,1 2\na,5 1\nb,-1",
    ] {
      let file = try SIIMMaskFile(text: text, width: 3, height: 4)
      #expect(file.masks.count == 2)
      #expect(file.masks["a"]?.runs == [1..<3, 5..<6])
      #expect(file.masks["b"]?.isEmpty == true)
    }
    #expect(throws: SIIMMaskError(.header(found: "file,label"), line: 1)) {
      try SIIMMaskFile(text: "file,label\na,b\n")
    }
    #expect(throws: SIIMMaskError(.noComma, line: 2)) {
      try SIIMMaskFile(text: "ImageId, EncodedPixels\nabc\n")
    }
    let error = #expect(throws: SIIMMaskError.self) {
      try SIIMMaskFile(path: "/no/such/masks.csv")
    }
    #expect(error == SIIMMaskError(.file(.unreadable(errno: ENOENT)), file: "/no/such/masks.csv"))
    #expect(
      error?.description
        == "/no/such/masks.csv: it cannot be read: No such file or directory; check the path")
  }

  @Test("boxes with fractions, outside, empty, infinite and NaN count the pixels that they cover")
  func fractionalBoxes() throws {
    // Columns 1 and 2, row 2 of 4.
    let mask = try SIIMMask(runLengths: "6 1 3 1", width: 4, height: 4)
    func box(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double) -> BoundingBox {
      BoundingBox(x0: x0, y0: y0, x1: x1, y1: y1)
    }
    for (region, count) in [
      (box(0, 0, 4, 4), 2), (box(1, 2, 2, 3), 1), (box(1.9, 2.9, 2, 3), 1),
      (box(1.9, 2.9, 2.1, 3), 2), (box(0, 0, 1, 4), 0), (box(0, 0, 1.01, 4), 1),
      (box(0, 0, 4, 2), 0), (box(0, 3, 4, 4), 0), (box(-9, -9, 99, 99), 2),
      (box(2, 2, 1, 3), 0), (box(2, 2, 2, 3), 0), (box(9, 9, 10, 10), 0),
      (box(-.infinity, -.infinity, .infinity, .infinity), 2), (box(.nan, 0, 4, 4), 0),
    ] {
      #expect(mask.area(in: region) == count, "\(region)")
      #expect(mask.intersects(region) == (count > 0), "\(region)")
    }
  }
}

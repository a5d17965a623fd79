import Datasets
import Imaging
import Testing
import TestSupport

@Suite("Mutated masks", .serialized)
struct MaskFuzzTests {
  @Test("no bytes trap or take long")
  func mutated() {
    let files = [
      "ImageId, EncodedPixels\na,1 2 3 4\nb,-1\na,0 5 7 1\n1.2.840.5,5 5\n",
      "\u{FEFF}ImageId,EncodedPixels\r\nx.dcm, 0 1 0 1 0 1 0 1\r\ny, 999999999999 999999999999\r\n",
      "ImageId,EncodedPixels\n" + (0..<200).map { "i\($0),\($0) 3 2 1\n" }.joined(),
    ].map { Array($0.utf8) }
    let box = BoundingBox(x0: 1, y0: 1, x1: 9, y1: 9)
    let read = Fuzzing("masks", cases: 400, seed: 77, share: 1.0 / 16).run { mutator in
      let bytes = mutator.mutated(files[mutator.below(files.count)], files)
      do {
        let rows = try SIIMMaskRows(text: String(decoding: bytes, as: UTF8.self))
        for image in rows.images {
          for (width, height) in [(8, 8), (1024, 1024), (1, 65535)] {
            guard let mask = try? rows.mask(ofImage: image, width: width, height: height) else {
              continue
            }
            _ = mask.boundingBox
            _ = mask.intersects(box)
            _ = mask.area(in: box)
          }
        }
        return .read
      } catch {
        return .refused
      }
    }
    #expect(read > 20)
  }

  @Test("numbers of any size are refused without work, and long rows take time in proportion")
  func hostile() throws {
    func rows(_ text: String) throws -> SIIMMaskRows {
      try SIIMMaskRows(text: "ImageId,EncodedPixels\na,\(text)\n")
    }
    for text in [
      "999999999999 999999999999", "1 99999999999999999999999", "0 0", "-5 5", "5 -5", "1e9 2",
      "0x5 1", "1 2 3", "٣ ٤", "nan 1", String(repeating: "999999999999 1 ", count: 100_000),
      String(repeating: "9", count: 1_000_000),
    ] {
      #expect(throws: SIIMMaskError.self) { try rows(text) }
    }
    let many = try rows(String(repeating: "1 1 ", count: 500_000))
    #expect(try many.mask(ofImage: "a", width: 1000, height: 1000)?.area == 500_000)
    #expect(throws: SIIMMaskError.self) { try many.mask(ofImage: "a", width: 999, height: 1000) }
    // Rows that overlap each other.
    let text = (0..<20_000).map { "a,\($0) 5000\n" }.joined()
    let overlapping = try SIIMMaskRows(text: "ImageId,EncodedPixels\n" + text)
    #expect(try overlapping.mask(ofImage: "a", width: 200, height: 200)?.area == 24_999)
  }

  @Test("each mask belongs to the size of its own image")
  func sizes() throws {
    let rows = try SIIMMaskRows(
      text: "ImageId,EncodedPixels\nsmall,0 16\nlarge,0 10000\n1.2.840.5.851,0 4\nx.dcm,0 1\n")
    #expect(try rows.mask(forFile: "f/small.png", width: 4, height: 4)?.area == 16)
    #expect(try rows.mask(forFile: "f/large.dcm", width: 100, height: 100)?.area == 10000)
    #expect(throws: SIIMMaskError(.beyondImage(end: 10000, pixels: 16), line: 3)) {
      try rows.mask(forFile: "large.dcm", width: 4, height: 4)
    }
    #expect(try rows.mask(forFile: "f/1.2.840.5.851", width: 4, height: 4)?.area == 4)
    #expect(try rows.mask(forFile: "f/1.2.840.5.851.DCM", width: 4, height: 4)?.area == 4)
    #expect(try rows.mask(forFile: "f/1.2.840.5", width: 4, height: 4) == nil)
    #expect(try rows.mask(forFile: "f/x.dcm", width: 4, height: 4)?.area == 1)
  }
}

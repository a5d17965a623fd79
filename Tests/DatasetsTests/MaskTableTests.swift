import Datasets
import Files
import Foundation
import Imaging
import TestSupport
import Testing

@Suite("Tables of masks")
struct MaskTableTests {
  private func rows(_ text: String) throws -> SIIMMaskRows { try SIIMMaskRows(text: text) }

  private func area(_ text: String, _ file: String) throws -> Int? {
    try rows(text).mask(forFile: file, width: 10, height: 10)?.area
  }

  @Test(
    "columns are recognized by their names, in any order, with any separator",
    arguments: [
      ("ImageId, EncodedPixels\na,1 2\na,5 1\n", "ImageId"),
      ("ImageId,EncodedPixels\r\n\"a\",\"1 2\"\r\na,5 1\r\n", "ImageId"),
      ("image_id;rle\na;1 2\na;5 1\n", "image_id"),
      ("label\tfile\tEncoded Pixels\n1\ta\t1 2\n1\ta\t5 1\n", "file"),
      ("rle,patient,filename\n1 2,p,a\n 5 1 ,p, a\n", "filename"),
      ("EncodedPixels,ImageId\n1 2,a\n5 1,a\n", "ImageId"),
      ("\u{FEFF}SOPInstanceUID|Runs\na|1 2\na|5 1\n", "SOPInstanceUID"),
      (",ImageId,EncodedPixels\n0,a,1 2\n1,a,5 1\n", "ImageId"),
      ("IMAGE,Mask,\"note, if any\"\na,1 2,\"x,y\"\na,5 1,\n", "IMAGE"),
    ])
  func columns(_ text: String, _ key: String) throws {
    #expect(try area(text, "folder/a.dcm") == 3)
    #expect(try rows(text).keyName == key)
    #expect(try area(text, "folder/b.dcm") == nil)
  }

  @Test(
    "a header without images or without runs is refused",
    arguments: [
      "", "file,label\na,b\n", "ImageId\na\n", "EncodedPixels\n1 2\n", "a,1 2\nb,-1\n",
      "Mask,Runs\n1 2,3 4\n", "patient,rle\np,1 2\n",
    ])
  func headers(_ text: String) throws {
    let error = #expect(throws: SIIMMaskError.self) { try rows(text) }
    guard case .header = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description.contains("ImageId, EncodedPixels") == true)
  }

  @Test("a row of too few cells and -1 among others")
  func cells() throws {
    let error = #expect(throws: SIIMMaskError.self) { try rows("id,note,rle\na,x\n") }
    #expect(error == SIIMMaskError(.noComma, line: 2))
    let found = try rows("id,rle,note\na,-1,x\nb,1 2,x\nb,-1,\nc,\" -1\",\n")
    #expect(["a", "b", "c", "d"].map(found.hasRegion) == [false, true, false, false])
    #expect(try found.mask(ofImage: "b", width: 4, height: 4)?.area == 2)
  }

  @Test("a key is a path or its end, a name with or without ending; other folders are others")
  func keys() throws {
    let text = """
      file,rle
      train/1.dcm,0 1
      test/1.dcm,0 2
      ./deep/er/2.png,0 3
      plain,0 4
      Named.JPG,0 5
      1.2.840.10008.5,0 6
      both.png,0 7
      both.dcm,0 8
      deep/both.png,0 9
      deep/both.dcm,0 10

      """
    let table = try rows(text)
    func area(_ file: String) throws -> Int? {
      try table.mask(forFile: file, width: 10, height: 10)?.area
    }
    #expect(try area("/data/train/1.dcm") == 1 && area("test/1.dcm") == 2)
    #expect(try area("valid/1.dcm") == nil && area("1.dcm") == nil)
    #expect(try area("x/deep/er/2.png") == 3 && area("deep/er/2.dcm") == 3)
    #expect(try area("er/2.png") == nil)
    #expect(try area("plain.dcm") == 4 && area("a/plain") == 4 && area("b/PLAIN.png") == 4)
    #expect(try area("named.jpg") == 5 && area("x/named.dcm") == 5 && area("Named") == 5)
    #expect(try area("1.2.840.10008.5.dcm") == 6 && area("1.2.840.10008.5") == 6)
    #expect(try area("both.png") == 7 && area("both.dcm") == 8 && area("both.jpg") == nil)
    #expect(try area("x/deep/both.dcm") == 10 && area("deep/both.png") == 9)
    #expect(try area("plainer.dcm") == nil && area("") == nil && area("/") == nil)
  }

  @Test(
    "a key that is the SOP Instance UID of a DICOM file",
    arguments: ["1.2.276.0.7230010.3.1.4.77", "2.25.25068218389549406283"])
  func instances(uid: String) throws {
    let path = NSTemporaryDirectory() + "lightbox-masks-\(UUID()).dcm"
    try Data(
      SmallDICOM.file(
        pixels: [UInt8](repeating: 7, count: 100), rows: 10, columns: 10, instance: uid)
    ).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try area("ImageId,EncodedPixels\n\(uid),3 4\n", path) == 4)
    #expect(try area("ImageId,EncodedPixels\n\(uid)1,3 4\n", path) == nil)
  }

  @Test("a table that names no image says what keys and images look like")
  func nothingNamed() throws {
    let table = try SIIMMaskRows(
      text: "ImageId,EncodedPixels\n1.2.276.0,1 2\n1.2.276.1,-1\n", path: "masks.csv")
    let error = #expect(throws: SIIMMaskError.self) {
      try table.checkNames(["films/a.dcm", "films/b.dcm"])
    }
    let text = error?.description ?? ""
    for part in ["masks.csv: ", "2 keys", "ImageId", "\"1.2.276.0\"", "\"films/a.dcm\"", "UID"] {
      #expect(text.contains(part), "\(text)")
    }
    #expect(try table.checkNames(["x/1.2.276.1.dcm", "b"]) == 1)
    let empty = try SIIMMaskRows(text: "ImageId,EncodedPixels\n")
    #expect(throws: SIIMMaskError.self) { try empty.checkNames(["a"]) }
  }
}

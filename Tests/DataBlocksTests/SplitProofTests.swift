import DataBlocks
import Files
import Foundation
import Imaging
import Testing

@Suite("Comparison of the parts of the data")
struct SplitProofTests {
  /// Writes a DICOM file of noise.
  private func film(_ path: String, seed: UInt8, patient: String?, instance: String? = nil) throws {
    let image = PixelBuffer(
      width: 8, height: 8, channels: 1, samples: (0..<64).map { UInt8($0) &* 3 &+ seed })
    var attributes = ["PatientID": patient ?? ""]
    if let instance { attributes["SOPInstanceUID"] = instance }
    try DICOMImageWriter().write(image, to: path, attributes: attributes)
  }

  private func proof(_ items: [DataItem]) -> SplitProof {
    SplitProof(items, ItemFacts.gather(items.map(\.path)).facts)
  }

  private func item(_ path: String, _ line: Int, patient: String? = nil) -> DataItem {
    var item = DataItem(path: path, patient: patient)
    item.line = line
    return item
  }

  @Test("one file is found by other paths, by links, and by its content, in each pair of parts")
  func files() throws {
    let folder = try TableFolder()
    let path = folder.path
    /// A file that begins as a PNG does.
    func write(_ text: String, to name: String) throws {
      try createFolder("\(path)/sub")
      try (Data([0x89, 0x50, 0x4E, 0x47]) + Data(text.utf8)).write(
        to: URL(fileURLWithPath: "\(path)/\(name)"))
    }
    for name in ["a.png", "sub/b.png"] { try write(name, to: name) }
    try FileManager.default.createSymbolicLink(
      atPath: "\(path)/link.png", withDestinationPath: "a.png")
    try FileManager.default.linkItem(atPath: "\(path)/a.png", toPath: "\(path)/hard.png")
    try FileManager.default.createSymbolicLink(atPath: "\(path)/other", withDestinationPath: "sub")
    try write("a.png", to: "copy.png")
    try write("a.pnh", to: "alike.png")
    for (twin, isTwin) in [
      ("./a.png", true), ("sub/../a.png", true), ("link.png", true), ("hard.png", true),
      ("copy.png", true), ("alike.png", false), ("other/b.png", false),
    ] {
      let found = proof([
        item("\(path)/a.png", 2), item("\(path)/\(twin)", 7), item("\(path)/x", 8),
      ])
      for pair in [(DataSplit.train, DataSplit.valid), (.train, .test), (.valid, .test)] {
        let overlaps = found.overlaps(of: [pair.0: [0], pair.1: [1, 2]])
        let expected = SplitOverlap(
          .file, [pair.0, pair.1], count: 1, examples: [["line 2", "line 7"]])
        #expect(overlaps == (isTwin ? [expected] : []), "\(twin)")
      }
      #expect(found.repeats(in: [.train: [0, 1, 2]]).count == (isTwin ? 1 : 0))
      #expect(found.groups() == (isTwin ? [0, 0, 2] : [0, 1, 2]))
    }
    // Damaged files with the same content are no images.
    try folder.write("no image", to: "1.png")
    try folder.write("no image", to: "2.dcm")
    #expect(proof([item("\(path)/1.png", 2), item("\(path)/2.dcm", 3)]).groups() == [0, 1])
    // A folder that is a link.
    let linked = proof([item("\(path)/sub/b.png", 2), item("\(path)/other/b.png", 3)])
    #expect(
      linked.overlaps(of: [.train: [0], .valid: [1]]).map(\.problem) == [
        "1 image is in both training and validation (line 2 and line 3)"
      ])
  }

  @Test("large files that differ in the middle only are not taken as one")
  func content() throws {
    let folder = try TableFolder()
    let path = folder.path
    var bytes: [UInt8] = [0xFF, 0xD8, 0xFF] + [UInt8](repeating: 7, count: 100_000)
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/1"))
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/2"))
    bytes[50_000] = 8
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/3"))
    let found = proof((1...3).map { item("\(path)/\($0)", $0) })
    #expect(found.groups() == [0, 0, 2])
  }

  @Test("DICOM files count as one image by their SOP Instance UID, and by patient")
  func headers() throws {
    let folder = try TableFolder()
    let paths = (0..<6).map { "\(folder.path)/\($0).dcm" }
    for (i, path) in paths.enumerated() {
      try film(
        path, seed: UInt8(i), patient: i == 4 ? "H3" : "H\(i)",
        instance: i == 1 ? "1.2.3.9" : "1.2.3.\(9 + i)")
    }
    let found = proof(paths.enumerated().map { item($1, $0) })
    #expect(
      found.overlaps(of: [.train: [0, 3], .valid: [1, 2], .test: [4, 5]]) == [
        SplitOverlap(.instance, [.train, .valid], count: 1, examples: [["line 0", "line 1"]]),
        SplitOverlap(.headerPatient, [.train, .test], count: 1, examples: [["line 3", "line 4"]]),
      ])
    #expect(found.groups() == [0, 0, 2, 3, 3, 5])
    // Where the table names both patients, it decides.
    let named = proof(paths.enumerated().map { item($1, $0, patient: "p\($0)") })
    #expect(named.overlaps(of: [.train: [3], .test: [4]]).isEmpty)
    let partly = proof(paths.enumerated().map { item($1, $0, patient: $0 == 3 ? "p" : nil) })
    #expect(partly.overlaps(of: [.train: [3], .test: [4]]).map(\.kind) == [.headerPatient])
  }

  @Test("an identifier that all files have, or that says nothing, is no patient")
  func placeholders() throws {
    let folder = try TableFolder()
    func overlaps(_ patients: [String?]) throws -> (count: Int, placeholders: Int) {
      let paths = patients.indices.map { "\(folder.path)/\($0).dcm" }
      for (i, path) in paths.enumerated() { try film(path, seed: UInt8(i), patient: patients[i]) }
      let items = paths.enumerated().map { item($1, $0) }
      let (facts, placeholders) = ItemFacts.gather(paths)
      let parts: [DataSplit: [Int]] = [.train: [0, 1], .valid: [2, 3]]
      return (SplitProof(items, facts).overlaps(of: parts).count, placeholders)
    }
    #expect(try overlaps(["ABC", "ABC", "ABC", "ABC"]) == (0, 4))
    #expect(try overlaps(["anonymous", "1", "Anonymous", "2"]) == (0, 0))
    #expect(try overlaps(["0000", "1", "0000", "2"]) == (0, 0))
    #expect(try overlaps([nil, "1", nil, "2"]) == (0, 0))
    #expect(try overlaps(["1", "2", "1", "3"]) == (1, 0))
  }
}

import DataBlocks
import Files
import Foundation
import TestSupport
import Testing

@Suite("Modified tables")
struct CSVFuzzTests {
  private static let seeds: [[UInt8]] = [
    Array(
      "file,label,split,patient\n1.png,a,train,p1\n2.png,\"b, \"\"c\"\"\",valid,\n3.png,a,test,nan\n"
        .utf8),
    Array("\u{FEFF}File;Finding\r\n1.png;a\r\n2.png;b\r\n".utf8),
    Array("file\tlabel\r\r\n1.png\ta\r\r\n".utf8),
    Array("sep=|\nfile|label|is_valid\n1.png|0|True\n2.png|0.0|False\n".utf8),
    [0xFF, 0xFE] + "file,label\n1.png,ä\n".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] },
    Array("ImageId, EncodedPixels\n1, -1\n2, 10 3\n2,40 2 7 1\n".utf8),
    Array("patientId,x,y,width,height,Target\n1,1,2,3,4,1\n1,5,6,7,8,1\n2,,,,,0\n".utf8),
    Array("Image Index,Finding Labels,Patient ID\n1.png,Mass|Nodule,7\n2.png,No Finding,8\n".utf8),
    Array(",file,label,,\n0,./1.png,a,,\n1,x/../1.png,b\n,,,,\n".utf8),
  ]

  @Test("modified tables are read or refused, and what is read is written and read again")
  func tables() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for name in ["1.png", "2.png", "3.png"] {
      try Data(name.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }
    let path = "\(folder)/t.csv"
    let fuzzing = Fuzzing("csv", cases: 300, seed: 0xC57, share: 1 / 16)
    let read = try fuzzing.run { mutator in
      let number = mutator.below(Self.seeds.count)
      let bytes = mutator.mutated(Self.seeds[number], Self.seeds)
      let separators = [nil] + CSVSeparator.allCases
      let fitting: CSVSeparator? = [1: .semicolon, 2: .tab][number]
      let separator = mutator.below(4) > 0 ? fitting : separators[mutator.below(separators.count)]
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      do {
        let table = try CSVTable(contentsOf: path, separator: separator)
        let rows = [table.columns] + table.rows.map(\.cells)
        // A header whose first cell is blank would be skipped or moved.
        if table.columns.count > 1, table.columns.allSatisfy({ !$0.isEmpty }) {
          let text = rows.map { CSVLine.text($0) }.joined()
          let again = try CSVTable(text: text, path: "again.csv", separator: .comma)
          #expect([again.columns] + again.rows.map(\.cells) == rows)
        }
        let labels = LabelTable(path, folder: folder, separator: separator)
        let items = try labels.read()
        _ = items.columns.description
        _ = items.warnings(items.items).map(\.description)
        let (facts, _) = ItemFacts.gather(items.items.map(\.path), threads: 1)
        let proof = SplitProof(items.items, facts)
        let parts = Dictionary(grouping: items.items.indices) { items.items[$0].split ?? .train }
        _ = (proof.overlaps(of: parts), proof.repeats(in: parts), proof.groups())
        _ = proof.summary(
          of: parts, method: "", patientColumn: items.columns.patient, labels: { [$0.label ?? ""] })
        _ = try? items.labeled(for: MultiCategoryBlock())
        try items.check(items.items)
        return .read
      } catch let error as DataError {
        #expect(!error.description.isEmpty)
        return .refused
      }
    }
    _ = read
  }
}

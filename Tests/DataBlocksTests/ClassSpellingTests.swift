import DataBlocks
import Foundation
import Testing

@Suite("Names of classes that are written in several ways")
struct ClassSpellingTests {
  private func read(_ names: [String]) throws -> (labels: [String], warnings: [String]) {
    let folder = NSTemporaryDirectory() + "lightbox-spelling-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (number, name) in names.enumerated() {
      let path = "\(folder)/\(name)"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try Data([0xFF, 0xD8, 0xFF, UInt8(number)]).write(
        to: URL(fileURLWithPath: "\(path)/\(number).jpg"))
    }
    let found = try LabelTable(.folders, in: folder).read()
    return (
      found.items.compactMap(\.label),
      found.warnings(found.items, isTraining: false).map(\.description)
    )
  }

  @Test("blanks at the ends and normal forms are one class, and said")
  func joined() throws {
    let (labels, warnings) = try read(["cat", "cat ", "dog", "e\u{301}", "\u{E9}"])
    #expect(Set(labels.map { Array($0.utf8) }).count == 3)
    #expect(labels.contains { Array($0.utf8) == Array("\u{E9}".utf8) })
    #expect(
      warnings.contains {
        $0.contains("\"cat\" is written in 2 ways") && $0.contains("\"cat\", \"cat \"")
      }, "\(warnings)")
    #expect(warnings.contains { $0.contains("\"e\\u{301}\", \"\\u{E9}\"") }, "\(warnings)")
  }

  @Test("case and inner blanks stay different classes, and are said to look alike")
  func alike() throws {
    let (labels, warnings) = try read(["Left lung", "left lung", "left  lung", "heart"])
    #expect(Set(labels).count == 4)
    #expect(warnings.count == 1 && warnings[0].contains("\"left  lung\" (1)"), "\(warnings)")
    #expect(try read(["cat", "dog"]).warnings.isEmpty)
  }

  @Test("names of test items are compared too")
  func test() {
    func item(_ label: String) -> DataItem { DataItem(path: label, label: label) }
    let warnings = DataWarning.classes(
      of: [item("cat"), item("cat")], others: [item("Cat")], isTraining: true)
    #expect(warnings.count == 1 && warnings[0].description.contains("\"Cat\" (1)"))
  }

  @Test("warnings and overlaps of one are in the singular")
  func plurals() {
    for (reason, words) in [
      (DataWarning.Reason.grouped(patients: 1, images: 0), "the images of 1 patient (by"),
      (.grouped(patients: 2, images: 0), "the images of each of 2 patients (by"),
      (.unlabeledRows(1, in: "test"), "1 test row has no label"),
      (.missingFiles(1, in: "test"), "1 test file does not exist"),
      (.missingValueClass("nan", count: 1), "1 item has"),
      (.fewerPatientsThanFolds("a", patients: 1, folds: 3), "only 1 patient has"),
      (.untrainedClasses(["a", "b"]), "the classes a, b"),
      (.trainedOn(1, of: 1), "1 of the 1 image;"),
    ] {
      let text = DataWarning(reason).description
      #expect(text.contains(words), "\(text)")
      #expect(!text.contains("1 patients") && !text.contains("1 images"), "\(text)")
    }
  }
}

import DataBlocks
import Files
import Foundation
import Imaging
import Runs
import Testing
import Training

@Suite("The split of a run")
struct SplitTests {
  private struct End: Error {}

  /// Keeps the items of a learner's loaders, then ends the run.
  private final class KeepItems: Callback {
    let order = -1
    var train: [DataItem] = []
    var valid: [DataItem] = []
    func beforeFit(_ learner: Learner) throws {
      train = (learner.train as? DataLoader)?.items ?? []
      valid = (learner.valid as? DataLoader)?.items ?? []
      throw End()
    }
  }

  /// The parts of a run that ends before its first batch, and what was said.
  private func start(
    _ plan: TrainingPlan, _ work: Workspace
  ) throws -> (items: KeepItems, warnings: [String]) {
    let keep = KeepItems()
    var warnings: [String] = []
    #expect(throws: End.self) {
      try plan.quietRun(in: work.file("run"), callbacks: [keep]) {
        if case .warning(let warning) = $0 { warnings.append(warning.description) }
      }
    }
    return (keep, warnings)
  }

  private func refusal(_ plan: TrainingPlan, _ work: Workspace) -> String? {
    let error = #expect(throws: DataError.self) { try plan.quietRun(in: work.file("run")) }
    #expect(!work.exists("run"))
    return error?.description.replacing("\(work.path)/", with: "")
  }

  private func films(_ work: Workspace, _ patients: [String]) throws {
    for (i, patient) in patients.enumerated() {
      let samples = (0..<256).map { UInt8(truncatingIfNeeded: $0 &* (i + 3)) }
      try DICOMImageWriter().write(
        PixelBuffer(width: 16, height: 16, channels: 1, samples: samples),
        to: work.file("\(i).dcm"),
        attributes: ["PatientID": patient, "SOPInstanceUID": "1.2.3.\(i)"])
    }
  }

  @Test("a table with line ends of CR CR LF keeps its split")
  func lineEnds() throws {
    let work = try Workspace()
    let table = try work.table(train: 8, valid: 4, test: 4)
    let text = try work.text("labels.csv")
    try work.write(text.replacing("\n", with: "\r\r\n"), to: "labels.csv")
    let (items, warnings) = try start(work.plan(table), work)
    #expect(items.train.count == 8 && items.valid.count == 4)
    #expect(items.train.allSatisfy { $0.split == .train } && warnings.isEmpty)
  }

  @Test("the same image in two parts is refused with the lines, however it is hidden")
  func twins() throws {
    let work = try Workspace()
    let table = try work.table(train: 8, valid: 4, test: 4)
    let text = try work.text("labels.csv")
    let image = try Data(contentsOf: URL(fileURLWithPath: work.file("0.png")))
    try image.write(to: URL(fileURLWithPath: work.file("copy.png")))
    try FileManager.default.createSymbolicLink(
      atPath: work.file("link.png"), withDestinationPath: "0.png")
    for (old, line, part) in [("8.png", 10, "validation"), ("12.png", 14, "test")] {
      for twin in ["copy.png", "link.png"] {
        try work.write(text.replacing("\n\(old),", with: "\n\(twin),"), to: "labels.csv")
        #expect(
          refusal(work.plan(table), work)
            == "labels.csv: 1 image is in both training and \(part) (line 2 and line \(line)), so metrics "
            + "would be too optimistic; correct the split, or allow it with --allow-shared-patients"
        )
      }
    }
    // Validation against test.
    try image.write(to: URL(fileURLWithPath: work.file("copy2.png")))
    try work.write(
      text.replacing("\n8.png,", with: "\ncopy.png,").replacing("\n12.png,", with: "\ncopy2.png,")
        .replacing("\n0.png,", with: "\n15.png,").replacing("\n15.png,b", with: "\n0.png,b")
        .replacing("\n0.png,b,test", with: "\n14.png,b,valid")
        .replacing("\n14.png,a,test\n", with: "\n"), to: "labels.csv")
    #expect(
      refusal(work.plan(table), work)?.contains("in both validation and test (line 10 and line 14)")
        == true)
    // In one part: it is said. By choice: it is said.
    try work.write(text.replacing("\n2.png,", with: "\ncopy.png,"), to: "labels.csv")
    #expect(
      try start(work.plan(table), work).warnings == [
        "1 image is more than once in training (line 2 and line 4)"
      ])
    try work.write(text.replacing("\n8.png,", with: "\ncopy.png,"), to: "labels.csv")
    var plan = work.plan(table)
    plan.allowsSharedPatients = true
    #expect(
      try start(plan, work).warnings == [
        "1 image is in both training and validation (line 2 and line 10); allowed"
      ])
  }

  @Test("the patients of DICOM headers count where the table names none")
  func headerPatients() throws {
    let work = try Workspace()
    var patients = (0..<12).map { "H\($0)" }
    patients[9] = "H1"
    try films(work, patients)
    func table(_ split: Bool, _ patients: [String]? = nil) throws -> LabelTable {
      var text = "file,label" + (split ? ",split" : "") + (patients == nil ? "" : ",patient") + "\n"
      for i in 0..<12 {
        text +=
          "\(i).dcm,\(i % 2 == 0 ? "a" : "b")" + (split ? i < 8 ? ",train" : ",valid" : "")
          + (patients.map { ",\($0[i])" } ?? "") + "\n"
      }
      try work.write(text, to: "labels.csv")
      return LabelTable(work.file("labels.csv"), folder: work.path)
    }
    #expect(
      refusal(work.plan(try table(true)), work)?.contains(
        "1 patient (by the DICOM headers) has images in both training and validation (line 3 and line 11)"
      )
        == true)
    // The table knows better.
    let named = (0..<12).map { "p\($0)" }
    #expect(try start(work.plan(try table(true, named)), work).warnings.isEmpty)
    // A random split keeps the patient together.
    for seed in 0..<8 {
      var plan = work.plan(try table(false))
      plan.seed = UInt64(seed)
      plan.validFraction = 0.4
      let (items, warnings) = try start(plan, work)
      let valid = Set(items.valid.map { ($0.path as NSString).lastPathComponent })
      #expect(valid.contains("1.dcm") == valid.contains("9.dcm"))
      #expect(
        warnings == ["the split keeps together the images of 1 patient (by the DICOM headers)"])
    }
    // One identifier for all is none.
    try films(work, [String](repeating: "X1", count: 12))
    #expect(
      try start(work.plan(try table(true)), work).warnings == [
        "12 DICOM files have one PatientID, which is taken as a placeholder and not as a patient"
      ])
  }

  @Test("test rows need no label and no file to train, and are counted")
  func unusedRows() throws {
    let work = try Workspace()
    let table = try work.table(train: 8, valid: 4, test: 4)
    let text = try work.text("labels.csv")
    try FileManager.default.removeItem(atPath: work.file("15.png"))
    try work.write(
      text.replacing("12.png,a", with: "12.png,").replacing("13.png,b", with: "13.png,c"),
      to: "labels.csv")
    let warnings = try start(work.plan(table), work).warnings
    #expect(
      warnings == [
        "1 test row has no label", "1 test file does not exist",
        "no training item has the class c, but test items have",
      ])
    try work.write(text.replacing("9.png,b", with: "9.png,"), to: "labels.csv")
    #expect(
      refusal(work.plan(table), work)
        == "labels.csv, line 11: the label is empty; label or remove the rows")
  }

  @Test("a run knows the images that it was trained on, and evaluation says so")
  func evaluation() throws {
    let work = try Workspace()
    let rows = (0..<20).map { [$0 % 2 == 0 ? "a" : "b"] }
    let table = try work.writeTable(["label"], rows)
    try work.plan(table).quietRun(in: work.file("run"))
    let run = try SavedRun(work.file("run"))
    #expect(run.description.data.valid == 4)

    // No split in the table: all of them, most of which were trained on.
    let all = try run.select(table.read())
    #expect(all.name == "all" && all.items.count == 20 && all.trainedOn == 16)
    #expect(
      all.warnings.map(\.description) == [
        "the metrics are optimistic: the model was trained on 16 of the 20 images; evaluate others, such as --split "
          + "test or --split valid",
        "the metrics are slightly optimistic: 4 of the 20 images were used to select the best epoch",
      ])
    // The parts of the run itself.
    let valid = try run.select(table.read(), split: "valid")
    #expect(valid.items.count == 4 && valid.trainedOn == 0 && valid.warnings.isEmpty)
    let train = try run.select(table.read(), split: "train")
    #expect(train.items.count == 16 && train.trainedOn == 16 && train.warnings.isEmpty)

    // Another table, and copies of the images.
    let trained = try #require(train.items.first)
    try FileManager.default.copyItem(atPath: trained.path, toPath: work.file("copy.png"))
    try work.writeImage("new.png", seed: 99)
    try work.write("file,label,split\ncopy.png,a,test\nnew.png,b,test\n", to: "other.csv")
    let other = LabelTable(work.file("other.csv"), folder: work.path)
    let test = try run.select(other.read())
    #expect(test.name == "test" && test.items.count == 2 && test.trainedOn == 1)
    #expect(test.warnings.map(\.description)[0].contains("trained on 1 of the 2 images"))
    try work.write("file,label\nnew.png,b\n", to: "other.csv")
    let new = try run.select(other.read())
    #expect(new.name == "all" && new.trainedOn == 0 && new.warnings.isEmpty)
    try work.write("file,label,split\nnew.png,,test\n", to: "other.csv")
    let unlabeled = #expect(throws: DataError.self) { try run.select(other.read()) }
    #expect(unlabeled?.problem == "the label is empty" && unlabeled?.line == 2)

    // A run of an older version.
    try FileManager.default.removeItem(atPath: work.file("run/split.csv"))
    #expect(try run.select(table.read()).trainedOn == nil)
  }

  @Test("the record of a split names files, parts and labels, and patients by pseudonyms")
  func record() throws {
    let work = try Workspace()
    let rows = (0..<12).map { ["a\"\n", "b,c"][$0 % 2] }.enumerated().map { i, label in
      [
        CSVLine.text([label]).dropLast().description, i < 8 ? "train" : i < 10 ? "valid" : "test",
        "secret\(i)",
      ]
    }
    try work.plan(try work.writeTable(["label", "split", "patient"], rows)).quietRun(
      in: work.file("run"))
    let table = try CSVTable(contentsOf: work.file("run/split.csv"))
    #expect(table.columns == ["file", "label", "split", "size", "instance", "patient"])
    #expect(Set(table.rows.map { $0["patient"] }).count == 12)
    #expect(table.rows.count == 12 && table.rows[11]["split"] == "test")
    #expect(table.rows[0]["file"] == work.file("0.png") && table.rows[1]["label"] == "b,c")
    #expect(try !work.text("run/split.csv").contains("secret"))
  }
}

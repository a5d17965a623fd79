import DataBlocks
import Files
import Foundation
import Imaging
import Runs
import Testing
import Training

@Suite("Runs on other sources of labels")
struct LabelSourceRunTests {
  private func images(_ work: Workspace, _ names: [String]) throws {
    for (number, name) in names.enumerated() {
      try work.writeImage(name, seed: UInt64(number), shift: name.contains("b") ? 70 : 0)
    }
  }

  private func films(_ work: Workspace, _ patients: [String?], view: (Int) -> String) throws {
    for (i, patient) in patients.enumerated() {
      let samples = (0..<256).map { UInt8(truncatingIfNeeded: $0 &* (i + 3)) }
      var attributes = ["SOPInstanceUID": "1.2.3.\(i)", "ViewPosition": view(i)]
      attributes["PatientID"] = patient
      try DICOMImageWriter().write(
        PixelBuffer(width: 16, height: 16, channels: 1, samples: samples),
        to: work.file("\(i).dcm"), attributes: attributes)
    }
  }

  @Test("class folders: trained, recorded, resumed from run.toml, and evaluated again")
  func folders() throws {
    let work = try Workspace()
    try images(
      work,
      (0..<8).map { "films/train/\($0 % 2 == 0 ? "a" : "b")/\($0).png" }
        + (8..<12).map { "films/valid/\($0 % 2 == 0 ? "a" : "b")/\($0).png" }
        + (12..<14).map { "films/test/\($0 % 2 == 0 ? "a" : "b")/\($0).png" })
    let plan = work.plan(LabelTable(.folders, in: work.file("films")))
    try plan.quietRun(in: work.file("run"))
    let run = try SavedRun(work.file("run"))
    #expect(run.description.plan.table.source == .folders && run.description.vocab == ["a", "b"])
    #expect(run.description.data.method == "by the folders test, train, valid")
    let summary = try #require(run.description.data.split)
    #expect(summary.parts.map(\.images) == [8, 4, 2] && summary.sharedImages == 0)
    #expect(summary.parts[1].classes == ["a": 2, "b": 2] && summary.proof == "no patient is known")
    #expect(
      try work.text("run/run.json").contains("\"labels\" : \"folders\"")
        || work.text("run/run.json").contains("\"labels\":\"folders\""))
    let again = try TrainingPlan(contentsOf: work.file("run/run.toml"))
    #expect(again.table.source == .folders && again.table.folder == work.file("films"))
    #expect(try run.ownItems().items.count == 2 && run.ownItems(split: "valid").items.count == 4)
    let selected = try run.select(LabelTable(.folders, in: work.file("films/test")).read())
    #expect(selected.items.map(\.label) == ["a", "b"] && selected.trainedOn == 0)
    let report = try run.report(on: selected, of: plan.table)
    try run.record(report, of: plan.table)
  }

  @Test("settings name every source, and what is wrong with it")
  func settings() throws {
    let work = try Workspace()
    try images(work, ["a/1.png", "b/2.png"])
    func plan(_ labels: String?) throws -> TrainingPlan {
      try work.write(
        "[data]\nimages = \"\(work.path)\"\n" + (labels.map { "labels = '\($0)'\n" } ?? ""),
        to: "s.toml")
      return try TrainingPlan(contentsOf: work.file("s.toml"))
    }
    for text in ["folders", "name:(.)", "path:^(.)/", "dicom:ViewPosition"] {
      let found = try plan(text)
      #expect(found.table.source.text == text && found.table.folder == work.path)
      try work.write(try found.toml(), to: "again.toml")
      #expect(try TrainingPlan(contentsOf: work.file("again.toml")) == found)
    }
    func problem(_ labels: String?) -> String {
      "\(#expect(throws: (any Error).self) { try plan(labels) }.map { "\($0)" } ?? "")"
    }
    #expect(problem("name:.").contains("has no group"))
    #expect(problem("dicom:Nothing").contains("is not an attribute of DICOM"))
    #expect(problem("none.csv").contains("a table that exists"))
    #expect(problem(nil).contains("give --labels folders: a (1), b (1)"))
  }

  @Test("folders of training and test: the test stays, validation is drawn from training")
  func twoFolders() throws {
    let work = try Workspace()
    try images(
      work,
      (0..<10).map { "train/\($0 % 2 == 0 ? "a" : "b")/\($0).png" }
        + (10..<14).map { "test/\($0 % 2 == 0 ? "a" : "b")/\($0).png" })
    let found = try SplitTable(work.plan(LabelTable(.folders, in: work.path)))
    #expect(found.summaries[0].parts.map(\.images) == [8, 2, 4])
  }

  @Test("patients of the headers count, or are declined")
  func headers() throws {
    let work = try Workspace()
    try films(work, (0..<20).map { "secret\($0 / 4)" }) { $0 % 2 == 0 ? "PA" : "AP" }
    var plan = work.plan(LabelTable(.dicom("ViewPosition"), in: work.path))
    plan.validFraction = 0.4
    let grouped = try SplitTable(plan)
    let summary = grouped.summaries[0]
    #expect(summary.method == "at random, by patient" && summary.sharedPatients == 0)
    #expect(summary.patientSource == "PatientID of the DICOM headers")
    #expect(summary.parts.map(\.patients) == [3, 2] && summary.proof == "0 patients shared: 3 / 2")
    plan.data.table = LabelTable(
      "", folder: work.path, patientColumn: "")
    try work.write(
      "file,label\n" + (0..<20).map { "\($0).dcm,\($0 % 2)\n" }.joined(), to: "labels.csv")
    plan.data.table = LabelTable(work.file("labels.csv"), folder: work.path, patientColumn: "")
    let declined = try SplitTable(plan)
    #expect(declined.summaries[0].method == "at random, by image")
    #expect(declined.summaries[0].patientSource == nil)
    #expect(declined.warnings.isEmpty)
  }

  @Test("the kinds of splits")
  func kinds() throws {
    let work = try Workspace()
    let rows = (0..<40).map { [$0 % 4 == 0 ? "b" : "a", "p\($0 / 2)"] }
    var plan = work.plan(try work.writeTable(["label", "patient"], rows))
    func summary(_ kind: SplitKind) throws -> SplitSummary {
      plan.data.split = kind
      return try SplitTable(plan).summaries[0]
    }
    #expect(try summary(.automatic).method == "at random, by patient")
    #expect(try summary(.patient).sharedPatients == 0)
    let both = try summary(.stratifiedPatient)
    #expect(both.sharedPatients == 0 && both.method == "at random, by patient, stratified")
    #expect(both.parts[1].classes == ["a": 6, "b": 2])
    // By image, patients are in both parts: refused, or allowed.
    #expect(throws: DataError.self) { try summary(.random) }
    plan.allowsSharedPatients = true
    let random = try summary(.random)
    #expect((random.sharedPatients ?? 0) > 0 && random.method == "at random, by image")
    #expect(try summary(.stratified).parts[1].classes == ["a": 6, "b": 2])
    plan.allowsSharedPatients = false
    // Where no patient is known, or the split is given, a kind is refused.
    plan.data.table = try work.table(train: 8, valid: 4)
    #expect(throws: DataError.self) { try summary(.stratified) }
    plan.data.table = LabelTable(work.file("labels.csv"), folder: work.path, splitColumn: "")
    let error = #expect(throws: DataError.self) { try summary(.patient) }
    #expect(error?.problem == "neither the table nor a DICOM header names a patient")
    #expect(try summary(.stratified).parts[1].images == 3)
  }

  @Test("the table of a split trains the same parts, and names no patient")
  func table() throws {
    let work = try Workspace()
    let rows = (0..<24).map { [$0 % 2 == 0 ? "a" : "b", "secret\($0 / 2)"] }
    let plan = work.plan(try work.writeTable(["label", "patient"], rows))
    let found = try SplitTable(plan, testFraction: 0.25)
    #expect(
      found.summaries[0].proof == "0 patients shared: 8 / 2 / 2"
        || found.summaries[0].sharedPatients == 0)
    try found.write(to: work.file("split.csv"))
    let text = try work.text("split.csv")
    #expect(text.hasPrefix("file,label,patient,split\n0.png,a,") && !text.contains("secret"))
    let again = work.plan(LabelTable(work.file("split.csv"), folder: work.path))
    let same = try SplitTable(again)
    #expect(same.summaries[0].parts == found.summaries[0].parts)
    #expect(same.summaries[0].method == "by the column split")
    try same.write(to: work.file("same.csv"))
    #expect(
      try CSVTable(contentsOf: work.file("same.csv")).rows.map { $0["split"] }
        == CSVTable(contentsOf: work.file("split.csv")).rows.map { $0["split"] })

    var folds = plan
    folds.data.folds = 3
    let three = try SplitTable(folds)
    #expect(three.summaries.count == 3 && three.summaries.allSatisfy { $0.sharedPatients == 0 })
    try three.write(to: work.file("folds.csv"))
    let table = try CSVTable(contentsOf: work.file("folds.csv"))
    #expect(table.columns == ["file", "label", "patient", "fold", "split0", "split1", "split2"])
    for row in table.rows {
      let fold = Int(row["fold"] ?? "") ?? -1
      for other in 0..<3 { #expect(row["split\(other)"] == (other == fold ? "valid" : "train")) }
    }
    let first = work.plan(
      LabelTable(work.file("folds.csv"), folder: work.path, splitColumn: "split0"))
    #expect(try SplitTable(first).summaries[0].parts == three.summaries[0].parts)
  }

  @Test("a file that is linked into two parts is refused")
  func twoParts() throws {
    let work = try Workspace()
    try images(work, ["train/a/1.png", "train/b/2.png", "valid/a/3.png"])
    try createFolder(work.file("valid/b"))
    try FileManager.default.createSymbolicLink(
      atPath: work.file("valid/b/2.png"), withDestinationPath: "../../train/b/2.png")
    let error = #expect(throws: DataError.self) {
      try SplitTable(work.plan(LabelTable(.folders, in: work.path)))
    }
    #expect(error?.problem.contains("1 image is in both training and validation") == true)
  }

  @Test("NIH's table trains several labels")
  func nih() throws {
    let work = try Workspace()
    try images(work, (0..<10).map { "images/\($0).png" })
    let labels = ["Mass|Effusion", "No Finding", "Mass", "Effusion", "No Finding"]
    try work.write(
      "Image Index,Finding Labels,Patient ID\n"
        + (0..<10).map { "\($0).png,\(labels[$0 % 5]),\($0 / 5 + $0 % 5)\n" }.joined(),
      to: "nih.csv")
    var plan = TrainingPlan(
      table: LabelTable(work.file("nih.csv"), folder: work.path),
      pipeline: Pipeline([Resize(32)]))
    let error = #expect(throws: DataError.self) { try SplitTable(plan) }
    #expect(error?.remedy?.contains("--target multi_category") == true)
    plan.data.target = .multiCategory
    plan.validFraction = 0.3
    let summary = try SplitTable(plan).summaries[0]
    #expect(summary.parts.reduce(0) { $0 + ($1.classes["Mass"] ?? 0) } == 4)
    #expect(summary.patientSource == "the column Patient ID" && summary.sharedPatients == 0)
  }

  @Test("the salt of pseudonyms is kept for the user, and unreadable for others")
  func salt() throws {
    let work = try Workspace()
    let file = work.file("state/lightbox/patient-salt")
    let names = (0..<2).map { _ in
      PatientPseudonyms(environment: ["XDG_STATE_HOME": work.file("state")])("1234")
    }
    #expect(names[0] == names[1] && names[0].count == 16)
    let facts = try FileManager.default.attributesOfItem(atPath: file)
    #expect(facts[.size] as? Int == 32 && facts[.posixPermissions] as? Int == 0o600)
    #expect(try files(in: work.file("state/lightbox")) == ["patient-salt"])
    let other = PatientPseudonyms(environment: ["LIGHTBOX_PATIENT_SALT": work.file("other")])
    #expect(other("1234") != names[0] && other(nil) == "")
    // Without a place, a salt of the process.
    let none = PatientPseudonyms(environment: ["LIGHTBOX_PATIENT_SALT": "/proc/nothing/salt"])
    #expect(none("1234") == none("1234") && none("1234") != names[0])
  }
}

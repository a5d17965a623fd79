import DataBlocks
import Files
import Foundation
import Imaging
import Logbook
import Runs
import Testing
import Training

@Suite("Cross-validation")
struct CrossValidationTests {
  private static let patients = 9

  /// 24 images of 9 patients; brighter ones are of class "b".
  private func plan(_ work: Workspace, folds: Int = 3) throws -> TrainingPlan {
    let table = try work.writeTable(
      ["label", "patient"],
      (0..<24).map { [$0 % 2 == 0 ? "a" : "b", "p\($0 / 2 % Self.patients)"] })
    var plan = work.plan(table)
    plan.data.folds = folds
    return plan
  }

  private func rows(_ path: String) throws -> [[String: String]] {
    let table = try CSVTable(contentsOf: path)
    return table.rows.map { row in
      Dictionary(table.columns.map { ($0, row[$0] ?? "") }, uniquingKeysWith: { a, _ in a })
    }
  }

  @Test("each image is predicted once, by a model that has not seen its patient")
  func pooled() throws {
    let work = try Workspace()
    let plan = try plan(work)
    let pooled = try CrossValidation(plan).run(in: work.file("cv"), report: { _ in })
    #expect(try files(in: work.file("cv")) == ["fold0", "fold1", "fold2", "predictions.csv"])
    let rows = try rows(work.file("cv/predictions.csv"))
    #expect(
      try CSVTable(contentsOf: work.file("cv/predictions.csv")).columns
        == ["file", "label", "predicted", "p(a)", "p(b)", "patient", "fold"])
    #expect(
      Set(rows.compactMap { $0["file"] }) == Set((0..<24).map { work.file("\($0).png") })
        && rows.count == 24)
    let folds = Dictionary(grouping: rows, by: { $0["patient"] ?? "" }).mapValues {
      Set($0.compactMap { $0["fold"] })
    }
    #expect(folds.count == Self.patients && folds.values.allSatisfy { $0.count == 1 })
    for fold in 0..<3 {
      let path = work.file("cv/fold\(fold)")
      let run = try RunSummary(path).description
      #expect(run.plan.data.fold == fold && run.plan.data.folds == 3)
      #expect(run.data.method == "fold \(fold) of 3, stratified, by patient")
      #expect(run.data.sharedPatients == 0)
      // The stored predictions are those of the run.
      let saved = try SavedRun(path)
      let own = rows.filter { $0["fold"] == "\(fold)" }
      #expect(own.count == run.data.valid && pooled.counts[fold] == own.count)
      for row in own.prefix(2) {
        let found = try saved.predictor.predict(row["file"] ?? "").2
        #expect(abs((Double(row["p(b)"] ?? "") ?? 2) - Double(found[1])) < 1e-5)
      }
    }
    let scores = rows.compactMap { Double($0["p(b)"] ?? "") }
    let expected = Estimate.rocAuc(
      scores: scores, positives: rows.map { $0["label"] == "b" },
      clusters: Bootstrap.clusters(by: rows.map { $0["patient"] }))
    #expect(pooled.patients == Self.patients && pooled.measures[0].pooled == expected)
    #expect(pooled.measures.map(\.name) == ["roc_auc_score", "accuracy"])
    #expect(pooled.description.split(separator: "\n").allSatisfy { $0.count <= 80 })

    // All of it again changes nothing.
    var events: [String] = []
    let again = try CrossValidation(plan).run(in: work.file("cv"), report: { _ in }) {
      fold, event in
      if case .finished = event { events.append("\(fold)") }
    }
    #expect(events == ["0", "1", "2"] && again.measures == pooled.measures)
    // Other settings are refused.
    var other = plan
    other.epochs = 2
    let error = #expect(throws: RunError.self) {
      try CrossValidation(other).run(in: work.file("cv"), report: { _ in })
    }
    #expect(error?.problem.contains("train.epochs is 1, not 2") == true)
  }

  @Test("one that is interrupted continues, and ends with the same predictions")
  func interrupted() throws {
    let work = try Workspace()
    let plan = try plan(work, folds: 2)
    _ = try CrossValidation(plan).run(in: work.file("whole"), report: { _ in })
    for steps in [1, 4] {
      let cancellation = CancelFitCallback()
      var count = 0
      let stop = CountBatches { batches in
        count = batches
        if batches == steps { cancellation.cancel("test") }
      }
      let error = #expect(throws: PlanError.self) {
        try CrossValidation(plan).run(
          in: work.file("cv"), callbacks: { [stop] }, cancellation: cancellation, report: { _ in })
      }
      #expect(error?.isInterruption == true && count == steps)
    }
    _ = try CrossValidation(plan).run(in: work.file("cv"), report: { _ in })
    #expect(
      try work.text("cv/predictions.csv") == work.text("whole/predictions.csv"))
  }

  /// Counts training batches of all fits.
  private final class CountBatches: Callback {
    let order = 50
    private var count = 0
    private let body: (Int) -> Void
    init(_ body: @escaping (Int) -> Void) { self.body = body }
    func afterBatch(_ learner: Learner) throws {
      guard learner.isTraining else { return }
      count += 1
      body(count)
    }
  }

  @Test("test items are in no fold; copies of an image and patients of headers are in one")
  func apart() throws {
    let work = try Workspace()
    for i in 0..<18 {
      let samples = (0..<256).map { UInt8(truncatingIfNeeded: $0 &* (i + 3)) }
      try DICOMImageWriter().write(
        PixelBuffer(width: 16, height: 16, channels: 1, samples: samples),
        to: work.file("\(i).dcm"),
        attributes: ["PatientID": "H\(i / 2 % 7)", "SOPInstanceUID": "1.2.3.\(i)"])
    }
    try FileManager.default.copyItem(atPath: work.file("3.dcm"), toPath: work.file("copy.dcm"))
    let rows =
      (0..<14).map { "\($0).dcm,\($0 % 2 == 0 ? "a" : "b"),train\n" }
      + ["copy.dcm,b,train\n"]
    try work.write(
      "file,label,split\n" + rows.joined()
        + "14.dcm,a,test\n15.dcm,b,test\n16.dcm,a,test\n17.dcm,b,test\n", to: "labels.csv")
    // The test patients H0 and H1 are in the training items too.
    var plan = work.plan(LabelTable(work.file("labels.csv"), folder: work.path))
    plan.data.folds = 3
    plan.data.fold = 0
    let shared = #expect(throws: DataError.self) { try plan.quietRun(in: work.file("run")) }
    #expect(shared?.problem.contains("in both") == true)
    try work.write(
      "file,label,split\n"
        + rows.filter { !["0", "1", "2", "3"].contains($0.prefix { $0 != "." }) }
        .joined().replacing("copy.dcm,b,train\n", with: "")
        + "14.dcm,a,test\n15.dcm,b,test\n16.dcm,a,test\n17.dcm,b,test\n", to: "labels.csv")
    let pooled = try CrossValidation(Self.all(plan)).run(in: work.file("cv"), report: { _ in })
    #expect(pooled.counts.reduce(0, +) == 10 && pooled.patients == 5)
    // Copies.
    try work.write("file,label\n" + rows.joined().replacing(",train", with: ""), to: "labels.csv")
    let copies = try CrossValidation(Self.all(plan)).run(in: work.file("cv2"), report: { _ in })
    #expect(copies.counts.reduce(0, +) == 15)
    let folds = try self.rows(work.file("cv2/predictions.csv")).filter {
      ["3.dcm", "copy.dcm", "2.dcm"].contains(PathParts($0["file"] ?? "").name)
    }.map { $0["fold"] }
    #expect(folds.count == 3 && Set(folds).count == 1)
  }

  private static func all(_ plan: TrainingPlan) -> TrainingPlan {
    var plan = plan
    plan.data.fold = nil
    return plan
  }

  @Test("a fold that is not said, or does not exist, and a validation column are refused")
  func refused() throws {
    let work = try Workspace()
    var plan = try plan(work)
    let open = #expect(throws: PlanError.self) { try plan.quietRun(in: work.file("run")) }
    #expect(open?.problem.hasPrefix("data.fold is not set, but must be 0 to 2") == true)
    plan.data.fold = 3
    let none = #expect(throws: PlanError.self) { try plan.quietRun(in: work.file("run")) }
    #expect(none?.problem == "data.fold is 3, but must be 0 to 2, of data.folds")
    plan.data.folds = nil
    #expect(throws: PlanError.self) { try plan.quietRun(in: work.file("run")) }
    var split = work.plan(try work.table(train: 8, valid: 4))
    (split.data.folds, split.data.fold) = (2, 0)
    let column = #expect(throws: DataError.self) { try split.quietRun(in: work.file("run")) }
    #expect(
      column?.problem.contains("the column \"split\" says which items are for validation") == true)
    #expect(!work.exists("run"))
  }

  @Test("quantiles of Student's t distribution, and intervals of means")
  func quantiles() {
    // R: qt(0.975, df)
    for (degrees, expected) in [
      (1, 12.7062047361747), (2, 4.30265272974946), (3, 3.18244630528371), (5, 2.57058183563631),
      (10, 2.22813885198627), (30, 2.04227245630124), (1000, 1.9623390808264),
    ] {
      let found = StudentT.quantile(0.975, degreesOfFreedom: degrees)
      #expect(abs(found - expected) < 1e-9 * expected, "\(degrees): \(found)")
    }
    let mean = StudentT.mean([1, 2, 4])
    #expect(abs((mean.value ?? 0) - 7.0 / 3) < 1e-12)
    // R: t.test(c(1, 2, 4))
    #expect(abs((mean.interval?.low ?? 0) + 1.461247) < 1e-5)
    #expect(abs((mean.interval?.high ?? 0) - 6.127914) < 1e-5)
    #expect(StudentT.mean([1]).interval == nil && StudentT.mean([]).value == nil)
  }
}

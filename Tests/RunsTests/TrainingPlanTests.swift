import Checkpoints
import DataBlocks
import Files
import Foundation
import Imaging
import Layers
import Models
import Runs
import Tensors
import Testing
import Training
import Vision

@Suite("Training plans")
struct TrainingPlanTests {
  @Test("a plan is the same after JSON, with defaults and with every setting changed")
  func json() throws {
    func decoded(_ plan: TrainingPlan) throws -> TrainingPlan {
      try JSONDecoder().decode(TrainingPlan.self, from: JSONEncoder().encode(plan))
    }
    let plain = TrainingPlan(table: LabelTable("t.csv", folder: "films"), imageSize: 64)
    #expect(try decoded(plain) == plain)
    var plan = TrainingPlan(
      table: LabelTable(
        "t.csv", folder: "f", fileColumn: "a", labelColumn: "b", splitColumn: "c",
        patientColumn: "d"), imageSize: 96, intensity: .window(center: 40, width: 400),
      augments: true, flips: true)
    plan.architecture = "resnet34"
    plan.weights = "w.pth"
    plan.epochs = 7
    plan.freezeEpochs = 2
    plan.batchSize = 5
    plan.learningRate = 0.0123
    plan.monitor = "accuracy"
    plan.validFraction = 0.3
    plan.seed = .max
    plan.onBadGradient = .skip
    plan.unreadable = .skip
    plan.allowsSharedPatients = true
    plan.recomputes = true
    plan.compute = ComputeSettings(
      threads: 3, workers: 0, precision: .bfloat16, convolution: .direct)
    #expect(try decoded(plan) == plan)
    #expect(try decoded(plan) != plain)
  }

  @Test("epochs with the body frozen: as given, else one with weights and none without")
  func freezeEpochs() {
    var plan = TrainingPlan(table: LabelTable("t.csv", folder: ""), imageSize: 64)
    #expect(plan.resolvedFreezeEpochs == 0)
    plan.weights = "w"
    #expect(plan.resolvedFreezeEpochs == 1)
    plan.freezeEpochs = 3
    #expect(plan.resolvedFreezeEpochs == 3)
  }

  private static let badSettings: [(String, @Sendable (inout TrainingPlan) -> Void)] = [
    ("train.epochs is -1, but must be 0 to 1000000", { $0.epochs = -1 }),
    ("train.freeze_epochs is -2, but must be 0 to 1000000", { $0.freezeEpochs = -2 }),
    ("train.epochs is 0, but must be 1 or more, or 0 with train.freeze_epochs", { $0.epochs = 0 }),
    ("data.batch_size is 1, but must be 2 to 1000000: batch norm needs it", { $0.batchSize = 1 }),
    ("optimizer.lr is 0.0, but must be above 0, at most 1e30", { $0.learningRate = 0 }),
    ("optimizer.lr is -0.1, but must be above 0, at most 1e30", { $0.learningRate = -0.1 }),
    (
      "optimizer.lr is inf, but must be above 0, at most 1e30",
      { $0.learningRate = .infinity }
    ),
    ("optimizer.lr is nan, but must be above 0, at most 1e30", { $0.learningRate = .nan }),
    ("data.valid_pct is 0.0, but must be between 0 and 1", { $0.validFraction = 0 }),
    ("data.valid_pct is 1.0, but must be between 0 and 1", { $0.validFraction = 1 }),
    (
      "train.monitor is \"loss\", but must be one of valid_loss, train_loss, accuracy, roc_auc_score",
      { $0.monitor = "loss" }
    ),
  ]

  @Test("each setting out of its range is refused with its name, value and range")
  func check() throws {
    let good = TrainingPlan(table: LabelTable("t.csv", folder: ""), imageSize: 64)
    try good.check()
    for (message, change) in Self.badSettings {
      var plan = good
      change(&plan)
      let error = #expect(throws: PlanError.self, "\(message)") { try plan.check() }
      #expect(error?.description == message)
    }
    var frozen = good
    (frozen.epochs, frozen.freezeEpochs) = (0, 1)
    try frozen.check()
  }

  /// Keeps the items of a learner's loaders, then ends the run.
  private final class KeepItems: Callback {
    struct End: Error {}
    let order = -1
    var train: [DataItem] = []
    var valid: [DataItem] = []
    func beforeFit(_ learner: Learner) throws {
      train = (learner.train as? DataLoader)?.items ?? []
      valid = (learner.valid as? DataLoader)?.items ?? []
      throw End()
    }
  }

  private func split(
    _ plan: TrainingPlan, in path: String
  ) throws -> (items: KeepItems, data: RunDescription.DataSummary) {
    let (keep, data) = (KeepItems(), Kept<RunDescription.DataSummary>())
    #expect(throws: KeepItems.End.self) {
      try plan.quietRun(in: path, callbacks: [keep]) {
        if case .started(let run) = $0 { data.value = run.data }
      }
    }
    #expect(!FileManager.default.fileExists(atPath: path))
    return (keep, try #require(data.value))
  }

  private final class Kept<Value> { var value: Value? }

  @Test("a table with a split is split by it, and its test items are left out")
  func splitByColumn() throws {
    let work = try Workspace()
    let plan = work.plan(try work.table(train: 6, valid: 3, test: 2))
    let (items, data) = try split(plan, in: work.file("run"))
    func numbers(_ items: [DataItem]) -> [String] {
      items.map { ($0.path as NSString).lastPathComponent }
    }
    #expect(numbers(items.train) == (0..<6).map { "\($0).png" })
    #expect(numbers(items.valid) == (6..<9).map { "\($0).png" })
    #expect(data.train == 6 && data.valid == 3 && data.test == 2 && data.sharedPatients == nil)
  }

  @Test("a table with patients is split by patient, and one with neither at random, by the seed")
  func otherSplits() throws {
    let work = try Workspace()
    let rows = (0..<20).map { [$0 % 2 == 0 ? "a" : "b", "p\($0 / 4)"] }
    var plan = work.plan(try work.writeTable(["label", "patient"], rows))
    let (byPatient, data) = try split(plan, in: work.file("run"))
    #expect(data.train == 16 && data.valid == 4 && data.test == 0 && data.sharedPatients == 0)
    #expect(Set(byPatient.valid.map(\.patient)).count == 1)

    plan.table = try work.writeTable(["label"], rows.map { [$0[0]] })
    let (random, numbers) = try split(plan, in: work.file("run"))
    #expect(numbers.train == 16 && numbers.valid == 4 && numbers.sharedPatients == nil)
    #expect(Set((random.train + random.valid).map(\.path)).count == 20)
    let again = try split(plan, in: work.file("run")).items
    #expect(again.valid == random.valid)
    plan.seed = 43
    #expect(try split(plan, in: work.file("run")).items.valid != random.valid)
    plan.validFraction = 0.5
    #expect(try split(plan, in: work.file("run")).items.valid.count == 10)
  }

  @Test("patients on both sides are refused before a folder exists, unless they are allowed")
  func sharedPatients() throws {
    let work = try Workspace()
    var rows = (0..<12).map { [$0 % 2 == 0 ? "a" : "b", $0 < 8 ? "train" : "valid", "p\($0)"] }
    rows[8][2] = "p1"
    rows[9][2] = "p0"
    var plan = work.plan(try work.writeTable(["label", "split", "patient"], rows))
    let error = try refused(plan, work, as: DataError.self)
    #expect(
      error?.description
        == "\(work.file("labels.csv")): 2 patients have images in both training and validation "
        + "(line 2 and line 11; line 3 and line 10), so metrics would be too optimistic; correct the split "
        + "(all images of a patient in one part; --split-column none --split patient draws such a one), or allow it with --allow-shared-patients"
    )
    plan.allowsSharedPatients = true
    #expect(try split(plan, in: work.file("run")).data.sharedPatients == 2)

    plan.allowsSharedPatients = false
    rows[8][2] = "p8"
    rows[9] = ["b", "test", "p0"]
    plan.table = try work.writeTable(["label", "split", "patient"], rows)
    #expect(
      try refused(plan, work, as: DataError.self)?.problem.hasPrefix(
        "1 patient has images in both training and test (line 2 and line 11)") == true)
    rows[9] = ["b", "test", "p8"]
    plan.table = try work.writeTable(["label", "split", "patient"], rows)
    #expect(
      try refused(plan, work, as: DataError.self)?.problem.hasPrefix(
        "1 patient has images in both validation and test (line 10 and line 11)") == true)
  }

  @Test("a blank patient is unknown, not a patient that two images share")
  func blankPatients() throws {
    let work = try Workspace()
    let rows = (0..<12).map {
      [$0 % 2 == 0 ? "a" : "b", $0 < 8 ? "train" : "valid", $0 % 3 == 0 ? "" : "p\($0)"]
    }
    let plan = work.plan(try work.writeTable(["label", "split", "patient"], rows))
    let (items, data) = try split(plan, in: work.file("run"))
    #expect(data.sharedPatients == 0)
    #expect(items.train.map(\.patient) == [nil, "p1", "p2", nil, "p4", "p5", nil, "p7"])
  }

  /// The error of a run that is refused before it creates anything.
  private func refused<E: Error>(
    _ plan: TrainingPlan, _ work: Workspace, as type: E.Type,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> E? {
    let before = try files(in: work.path)
    let error = #expect(throws: type, sourceLocation: sourceLocation) {
      try plan.quietRun(in: work.file("run")) {
        if case .started = $0 { Issue.record("the run began", sourceLocation: sourceLocation) }
      }
    }
    #expect(try files(in: work.path) == before, sourceLocation: sourceLocation)
    return error
  }

  @Test("a table that cannot be trained on is refused before a folder exists")
  func badTables() throws {
    let work = try Workspace()
    let split = ["label", "split"]
    func reason(_ rows: [[String]], batchSize: Int = 4) throws -> DataError.Reason? {
      var plan = work.plan(try work.writeTable(rows[0].count == 1 ? ["label"] : split, rows))
      plan.batchSize = batchSize
      return try refused(plan, work, as: DataError.self)?.reason
    }
    let train = (0..<8).map { [$0 % 2 == 0 ? "a" : "b", "train"] }
    #expect(
      try reason(train.map { ["a", $0[1]] } + [["a", "valid"], ["a", "valid"]]) == .oneClass("a"))
    #expect(try reason(train) == .noItems("validation"))
    // A fifth of four images is none.
    #expect(
      try reason([["a"], ["b"], ["a"], ["b"]])
        == .labels(.emptyShare(option: "--valid-pct", 0.2, of: 4)))
    #expect(
      try reason(train + [["a", "valid"]], batchSize: 9)
        == .batchNotFilled(items: 8, batchSize: 9))
    #expect(
      try reason(train + [["c", "valid"]])
        == .labels(.onlyInValidation(["c"], .given(byPatient: false), hasSingle: true)))
    #expect(try reason(train + [["a", "later"]]) == .unknownSplit("later", column: "split"))
    var plan = work.plan(LabelTable(work.file("none.csv"), folder: work.path))
    #expect(try refused(plan, work, as: DataError.self)?.reason == .tableUnreadable)
    plan = work.plan(try work.writeTable(split, train + [["a", "valid"]]))
    try FileManager.default.removeItem(atPath: work.file("3.png"))
    let missing = try refused(plan, work, as: DataError.self)
    #expect(
      missing?.problem == "the file \(work.file("3.png")) does not exist" && missing?.line == 5)
  }

  @Test("settings, architectures, image sizes and weights are refused before a folder exists")
  func otherRefusals() throws {
    let work = try Workspace()
    let good = work.plan(try work.table())
    var plan = good
    plan.epochs = 0
    #expect(
      try refused(plan, work, as: PlanError.self)?.reason
        == .setting(
          name: "train.epochs", value: "0", allowed: "1 or more, or 0 with train.freeze_epochs"))
    plan = good
    plan.architecture = "resnet21"
    let unknown = try refused(plan, work, as: UnknownArchitecture.self)
    #expect(unknown?.description.contains("did you mean resnet20") == true)
    plan = good
    plan.architecture = "densenet121"
    plan.pipeline = Pipeline([Resize(height: 64, width: 28)])
    let size = try refused(plan, work, as: PlanError.self)
    #expect(
      size?.reason
        == .imageSize(28, architecture: "densenet121", refusal: "needs 29 x 29 or more"))
    #expect(size?.description == "image size 28: densenet121 needs 29 x 29 or more")
  }

  @Test(
    "weights that are missing, damaged or of another network are refused before a folder exists")
  func badWeights() throws {
    let work = try Workspace()
    var plan = work.plan(try work.table())
    plan.weights = work.file("none.safetensors")
    #expect(
      try refused(plan, work, as: CheckpointError.self)?.place.file
        == work.file("none.safetensors"))
    try work.write("not a checkpoint", to: "damaged.safetensors")
    plan.weights = work.file("damaged.safetensors")
    _ = try refused(plan, work, as: CheckpointError.self)
    let path = work.file("other.safetensors")
    try SafeTensors.write(
      [(name: "conv1.weight", tensor: Tensor.ones([16, 3, 3, 3]))], to: path)
    plan.weights = path
    let mismatch = try refused(plan, work, as: WeightsMismatch.self)
    #expect(mismatch?.path == path && mismatch?.report.missing.isEmpty == false)
    #expect(mismatch?.description.hasPrefix("\(path): the weights do not fit the model") == true)
  }

  @Test("a run that fails keeps a folder that existed before, and leaves nothing in it")
  func existingFolder() throws {
    let work = try Workspace()
    try FileManager.default.createDirectory(
      atPath: work.file("mine"), withIntermediateDirectories: true)
    var plan = work.plan(try work.table())
    // The files exist, but none of them can be read.
    for name in try files(in: work.path) where name.hasSuffix(".png") {
      try work.write("not an image", to: name)
    }
    plan.unreadable = .stop
    #expect(throws: (any Error).self) { try plan.quietRun(in: work.file("mine")) }
    if work.exists("mine") { #expect(try files(in: work.file("mine")).isEmpty) }
    #expect(work.exists("mine"))
  }

  @Test("a learner whose training images do not fill a batch throws")
  func unfilledBatch() throws {
    let work = try Workspace()
    _ = try work.table(train: 8, valid: 4)
    let items = (0..<12).map {
      DataItem(path: work.file("\($0).png"), label: ["a", "b"][$0 % 2])
    }
    let loaders = try DataBlock<DataItem>(
      splitter: RandomSplitter(validFraction: 0.25, seed: 1), itemTransforms: [Resize(32)]
    ).dataLoaders(items, batchSize: 64)
    let learner = try visionLearner(loaders, "resnet20")
    let error = #expect(throws: DataError.self) { try learner.fit(1) }
    #expect(error?.reason == .batchNotFilled(items: 9, batchSize: 64))
    #expect(learner.recorder.rows.isEmpty)
    try learner.fit(0)
  }
}

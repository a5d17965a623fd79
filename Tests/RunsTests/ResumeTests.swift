import Checkpoints
import DataBlocks
import Files
import Foundation
import Layers
import Logbook
import Runs
import Settings
import Tensors
import Testing
import Training

/// Asks the fit to end after a training batch, or after a validation batch, of the whole run.
private final class Stop: Callback {
  let order = 50
  private let steps: Int
  private let inValidation: Bool
  private let cancellation: CancelFitCallback

  init(after steps: Int, inValidation: Bool = false, _ cancellation: CancelFitCallback) {
    self.steps = steps
    self.inValidation = inValidation
    self.cancellation = cancellation
  }

  func afterBatch(_ learner: Learner) throws {
    if learner.isTraining != inValidation, learner.totalSteps + (inValidation ? 0 : 1) == steps {
      cancellation.cancel("test")
    }
  }
}

/// Everything of a run that has to be the same.
private struct Outcome: Equatable {
  let weights: [String: [UInt32]]
  let steps: [String]
  let epochs: [String]
  let rows: Int

  init(_ path: String, _ result: TrainingResult) throws {
    let folder = try RunFolder(opening: path)
    var weights: [String: [UInt32]] = [:]
    for name in folder.checkpoints {
      let file = try SafeTensors(contentsOf: folder.checkpointPath(name))
      for (tensor, value) in try file.tensors {
        weights["\(name) \(tensor)"] =
          value.dtype == .float32
          ? value.floatScalars.map(\.bitPattern)
          : value.scalars(as: Int64.self).map { UInt32(truncatingIfNeeded: $0) }
      }
      weights["\(name) epoch"] = [UInt32(file.metadata["epoch"] ?? "") ?? 0]
    }
    for (name, value) in result.learner.model.stateDictionary where value.dtype == .float32 {
      weights["learner \(name)"] = value.floatScalars.map(\.bitPattern)
    }
    self.weights = weights
    let log = try RunLog(reading: folder.databasePath)
    steps = try log.steps().map {
      "\($0.step) \($0.loss.bitPattern) \($0.learningRate.bitPattern)"
    }
    epochs = try log.epochs().map {
      "\($0.epoch) \($0.trainLoss?.bitPattern ?? 0) \($0.validLoss?.bitPattern ?? 0) "
        + $0.metrics.sorted { $0.key < $1.key }.map { "\($0) \($1.bitPattern)" }
        .joined(separator: " ")
    }
    rows = result.learner.recorder.rows.count
  }
}

extension Outcome {
  /// What differs, in words.
  func differences(from other: Outcome) -> [String] {
    var found: [String] = []
    if weights.keys != other.weights.keys { found.append("names of tensors") }
    let names = weights.keys.filter { weights[$0] != other.weights[$0] }.sorted()
    if !names.isEmpty { found.append("\(names.count) tensors: \(names.prefix(3))") }
    if steps != other.steps {
      found.append(
        "steps: \(steps.count), \(other.steps.count); the first is "
          + "\(zip(steps, other.steps).enumerated().first { $1.0 != $1.1 }?.offset ?? -1)")
    }
    if epochs != other.epochs {
      found.append("epochs: \(zip(epochs, other.epochs).filter { $0 != $1 })")
    }
    if rows != other.rows { found.append("rows: \(rows), \(other.rows)") }
    return found
  }
}

@Suite("Runs that are interrupted and continued")
struct ResumeTests {
  private func plan(_ work: Workspace, freezing: Int = 0) throws -> TrainingPlan {
    var plan = work.plan(
      try work.table(train: 12, valid: 6), transforms: augTransforms(maxWarp: 0.1))
    plan.epochs = 3
    plan.freezeEpochs = freezing
    plan.learningRate = 5e-3
    return plan
  }

  private func interrupted(
    _ plan: TrainingPlan, in path: String, after steps: Int, inValidation: Bool = false,
    callbacks: [any Callback]
  ) throws {
    let cancellation = CancelFitCallback()
    let stop = Stop(after: steps, inValidation: inValidation, cancellation)
    let error = #expect(throws: PlanError.self) {
      try plan.run(
        in: path, callbacks: callbacks + [stop], cancellation: cancellation, report: { _ in })
    }
    #expect(error?.isInterruption == true)
  }

  @Test(
    "a run that is interrupted after any step ends with the same bits as one that is not",
    arguments: [0, 2])
  func everyStep(freezing: Int) throws {
    let work = try Workspace()
    let plan = try plan(work, freezing: freezing)
    func callbacks() -> [any Callback] {
      [GradientAccumulation(itemsPerStep: 8), GradientClip(0.5)]
    }
    let whole = try Outcome(
      work.file("whole"),
      try plan.quietRun(in: work.file("whole"), callbacks: callbacks()))
    let steps = 3 * (3 + freezing)
    #expect(whole.steps.count == steps && whole.epochs.count == 3 + freezing)
    for step in 1...steps {
      let path = work.file("run\(step)")
      try interrupted(plan, in: path, after: step, callbacks: callbacks())
      let folder = try RunFolder(opening: path)
      #expect(folder.hasState && !folder.isInUse)
      // The same plan, or the run's own.
      let result =
        step % 2 == 0
        ? try plan.quietRun(in: path, callbacks: callbacks())
        : try TrainingPlan.resume(path, callbacks: callbacks(), report: { _ in })
      let found = try Outcome(path, result)
      #expect(found.differences(from: whole) == [], "interrupted after step \(step)")
      #expect(!folder.hasState)
      #expect(try RunLog(reading: folder.databasePath).status() == "finished")
    }
  }

  /// Settings that have to be the same after a continuation.
  private static let choices: [(name: String, change: @Sendable (inout TrainingPlan) -> Void)] = [
    (
      "ema, mixup, early stopping, lookahead",
      {
        $0.optimizer = .lookahead(.radam(), k: 2)
        $0.callbacks = [.earlyStopping(patience: 2), .mixUp(), .ema(decay: 0.9)]
      }
    ),
    (
      "cutmix, sgdr, focal loss, balanced sampling, rmsprop",
      {
        $0.optimizer = .rmsProp(momentum: 0.9)
        $0.schedule = .sgdr(cycles: 2)
        $0.loss = .focal(weights: .balanced)
        $0.data.sampling = .balanced
        $0.callbacks = [.cutMix(), .gradientClip(0.1, normType: 1)]
      }
    ),
    (
      "plateau, csv, figures, nesterov",
      {
        $0.optimizer = .torchSGD(momentum: 0.9, isNesterov: true)
        $0.schedule = .constant
        $0.callbacks = [
          .reduceLROnPlateau(monitor: "train_loss", minimumDelta: 1), .csvLogger(), .showGraph,
          .activationStats(withHistogram: true),
        ]
      }
    ),
    (
      "frozen epoch, dropout in validation, accumulation, late average",
      {
        $0.freezeEpochs = 1
        $0.rates.trainsBatchNorm = false
        $0.schedule = .flatCos()
        $0.callbacks = [
          .gradientAccumulation(itemsPerStep: 8), .bnFreeze, .mcDropout,
          .ema(decay: 0.5, updateAfterStep: 2, averagesBuffers: false, every: 2),
          .shortEpoch(0.5, shortensValidation: false),
        ]
      }
    ),
    (
      "several labels",
      {
        $0.data.target = .multiCategory
        $0.loss = .bceWithLogits(positiveWeights: .balanced)
        $0.callbacks = [.mixUp(1), .terminateOnNaN]
        $0.optimizer = .lookahead(.lookahead(.torchAdam(isAMSGrad: true), k: 2), k: 3)
      }
    ),
  ]

  @Test(
    "with any settings, a run that is interrupted twice in epochs ends with the same bits",
    arguments: choices.map(\.name))
  func settings(name: String) throws {
    let work = try Workspace()
    var plan = try plan(work)
    try #require(Self.choices.first { $0.name == name }).change(&plan)
    let path = work.file("run")
    let whole = try Outcome(work.file("whole"), try plan.quietRun(in: work.file("whole")))
    for step in [2, 5] { try interrupted(plan, in: path, after: step, callbacks: []) }
    let found = try Outcome(path, try plan.quietRun(in: path))
    #expect(found.differences(from: whole) == [])
    if work.exists("whole/history.csv") {
      func losses(_ run: String) throws -> [String] {
        try work.text("\(run)/history.csv").split(separator: "\n").map {
          $0.split(separator: ",").dropLast().joined(separator: ",")
        }
      }
      #expect(try losses("run") == losses("whole"))
    }
  }

  @Test(
    "with any optimizer, a run that is interrupted ends with the same bits",
    arguments: OptimizerSettings.names)
  func optimizer(name: String) throws {
    let work = try Workspace()
    var plan = try plan(work)
    plan.epochs = 2
    let type = try #require(OptimizerSettings.all.first { $0.name == name })
    plan.optimizer = try #require(OptimizerSettings(type.init()))
    let path = work.file("run")
    let whole = try Outcome(work.file("whole"), try plan.quietRun(in: work.file("whole")))
    try interrupted(plan, in: path, after: 4, callbacks: [])
    let found = try Outcome(path, try plan.quietRun(in: path))
    #expect(found.differences(from: whole) == [])
  }

  @Test("a run that is interrupted in validation, and several times, ends with the same bits")
  func several() throws {
    let work = try Workspace()
    let plan = try plan(work)
    let whole = try Outcome(work.file("whole"), try plan.quietRun(in: work.file("whole")))
    let path = work.file("run")
    for (steps, inValidation) in [(2, false), (3, true), (3, true), (4, false), (9, true)] {
      try interrupted(plan, in: path, after: steps, inValidation: inValidation, callbacks: [])
    }
    let found = try Outcome(path, try plan.quietRun(in: path))
    #expect(found.differences(from: whole) == [])
  }
}

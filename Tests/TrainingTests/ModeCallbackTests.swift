import DataBlocks
import Files
import Layers
import Tensors
import TestSupport
import Testing
import Training

/// Counts batches and keeps validation outputs.
private final class Counts: Callback {
  let order = 90
  var train = 0
  var valid = 0
  var outputs: [[Float]] = []
  func afterBatch(_ learner: Learner) throws {
    if learner.isTraining { train += 1 } else { valid += 1 }
    if !learner.isTraining, let output = learner.prediction { outputs.append(output.floatScalars) }
  }
}

@Suite("Short epochs, frozen statistics, dropout in validation, clipping, orders")
struct ModeCallbackTests {
  private func learner(
    _ model: Module, _ callbacks: [any Callback], trainsBatchNorm: Bool = true,
    groups: [[Parameter]]? = nil, items: Int = 40
  ) -> Learner {
    model.initialize(seed: 3)
    var random = RandomSource(seed: 5)
    let batches = TensorBatches(
      inputs: Tensor.normal(shape: [items, 3], deviation: 1, random: &random),
      targets: Tensor((0..<items).map { Int64($0 % 2) }), batchSize: 2)
    let learner = Learner(
      model: model, train: batches, valid: batches, rule: SGD(), groups: groups,
      callbacks: callbacks, trainsBatchNorm: trainsBatchNorm)
    learner.recorder.printsTable = false
    learner.report = { _ in }
    return learner
  }

  @Test(
    "an epoch ends after the first batch at or behind the fraction",
    arguments: [(0.01, 2), (0.05, 2), (0.1, 3), (0.5, 11), (0.51, 12), (1, 20), (0, 1)]
      as [(Double, Int)])
  func short(fraction: Double, expected: Int) throws {
    for validation in [true, false] {
      let counts = Counts()
      let learner = learner(
        Linear(3, 2), [ShortEpochCallback(fraction, shortensValidation: validation), counts])
      try learner.fit(2, learningRate: 0.01)
      #expect(counts.train == 2 * expected && learner.totalSteps == 2 * expected)
      #expect(counts.valid == 2 * (validation ? expected : 20))
      // Every batch of the short epoch is recorded.
      #expect(learner.recorder.losses.count == 2 * expected && learner.recorder.rows.count == 2)
    }
  }

  @Test("statistics of frozen batch norms stay")
  func frozen() throws {
    for (freezes, trains) in [(true, false), (true, true), (false, false)] {
      let (first, second) = (BatchNorm(3), BatchNorm(4))
      let model = Sequential(first, Linear(3, 4), second, Linear(4, 2))
      let learner = learner(
        model, freezes ? [BnFreeze()] : [], trainsBatchNorm: trains,
        groups: [first.parameters, Array(model.parameters.dropFirst(2))])
      learner.freeze()
      try learner.fit(2, learningRate: 0.01)
      let stays = first.runningMean.value.floatScalars == [0, 0, 0]
      #expect(stays == (freezes && !trains), "\(freezes), \(trains)")
      #expect(second.runningMean.value.floatScalars != [0, 0, 0, 0])
    }
  }

  @Test("dropout stays active in validation, and is off afterwards")
  func monteCarlo() throws {
    let dropout = Dropout(0.5)
    let counts = Counts()
    let learner = learner(Sequential(dropout, Linear(3, 2)), [MCDropoutCallback(), counts])
    try learner.fit(2, learningRate: 0.0)
    #expect(counts.outputs.count == 40 && counts.outputs[0] != counts.outputs[20])
    #expect(!dropout.isTraining)
    let plain = Counts()
    try self.learner(Sequential(Dropout(0.5), Linear(3, 2)), [plain]).fit(2, learningRate: 0.0)
    #expect(plain.outputs[0] == plain.outputs[20])
  }

  @Test("Monte Carlo predictions: mean, deviation, repeatable, and the modes are restored")
  func predictions() throws {
    let dropout = Dropout(0.3)
    let model = Sequential(BatchNorm(3), dropout, Linear(3, 2))
    let learner = learner(model, [])
    model.train()
    let source = learner.train
    let found = try learner.mcDropoutPredictions(for: source, count: 5)
    #expect(found.samples.count == 5 && found.mean.count == 40)
    #expect(model.modules.allSatisfy { $0.isTraining })
    let values = found.samples.map { Double($0.probabilities[7][1]) }
    let mean = values.reduce(0, +) / 5
    let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4).squareRoot()
    expectClose(
      [Double(found.mean[7][1]), Double(found.std[7][1])], [mean, deviation], absolute: 1e-6)
    #expect(deviation > 0)
    #expect(try learner.mcDropoutPredictions(for: source, count: 5).mean == found.mean)
    let none = self.learner(Sequential(Linear(3, 2)), [])
    let still = try none.mcDropoutPredictions(for: none.train, count: 2)
    #expect(still.std.joined().allSatisfy { $0 == 0 })
  }

  // torch 2.x's clip_grad_norm_ by hand: norms 5 (p 2), 4 (infinity), 7 (p 1), (27 + 64)^(1/3) (p 3).
  @Test(
    "the norm of clipping",
    arguments: [(2, 5), (.infinity, 4), (1, 7), (3, 4.497941445)] as [(Double, Double)])
  func clip(p: Double, norm: Double) throws {
    final class Gradients: Callback {
      let order = 8
      var scale = 0.0
      let model: Linear
      init(_ model: Linear) { self.model = model }
      func beforeStep(_ learner: Learner) throws {
        model.weight.gradient = Tensor([0, 3, 0, 0, 0, 0] as [Float], shape: [2, 3])
        model.bias?.gradient = Tensor([0, -4] as [Float])
      }
    }
    final class Scale: Callback {
      let order = 12
      var scale = 0.0
      func beforeStep(_ learner: Learner) throws { scale = learner.optimizer.gradientScale }
    }
    let model = Linear(3, 2)
    for maximum in [2.0, 100] {
      let scale = Scale()
      let learner = learner(
        model, [Gradients(model), GradientClip(maximum, normType: p), scale], items: 2)
      try learner.fit(1, learningRate: 0.1)
      expectClose([scale.scale], [min(1, maximum / (norm + 1e-6))], relative: 1e-7)
    }
  }

  @Test("the gradients of a rest do not reach the next fit")
  func accumulationRest() throws {
    let model = Linear(3, 2)
    let learner = learner(model, [GradientAccumulation(itemsPerStep: 6)], items: 8)
    try learner.fit(1, learningRate: 0.1)
    #expect(model.weight.gradient == nil && model.bias?.gradient == nil)
    // Within a fit, the rest of an epoch is carried over: 4 batches per epoch, steps at 2, 5, 8, 11.
    final class Steps: Callback {
      var steps: [Int] = []
      func afterStep(_ learner: Learner) throws { steps.append(learner.iteration) }
    }
    let steps = Steps()
    try learner.fit(3, learningRate: 0.1, callbacks: [steps])
    #expect(steps.steps == [2, 5, 8, 11])
  }

  @Test("orders are fastai's")
  func orders() {
    let fastai: [(any Callback, Int)] = [
      (TerminateOnNaNCallback(), -9), (MixUp(), 0), (CutMix(), 0), (BnFreeze(), 0),
      (ShortEpochCallback(), 0), (MCDropoutCallback(), 0), (GradientAccumulation(), 6),
      (GradientClip(), 11), (ScriptedLearner().learner.recorder, 50), (ProgressCallback(), 60),
      (ParamScheduler([.learningRate: Schedule.constant(1)]), 60), (CSVLogger(), 60),
      (TrackerCallback(), 60),
      (SaveModelCallback(), 61), (ReduceLROnPlateau(), 62), (EarlyStoppingCallback(), 63),
    ]
    for (callback, order) in fastai {
      #expect(callback.order == order, "\(type(of: callback))")
    }
    // Without a counterpart in fastai: the check comes before clipping, and averages before the trackers.
    #expect(GradientCheck().order == 10 && ExponentialMovingAverage().order == 55)
    #expect(CancelFitCallback().order == 1000)
  }

  @Test("an unknown monitor is an error that names the columns and the nearest one")
  func monitor() throws {
    for (tracker, valid, words) in [
      (
        SaveModelCallback(monitor: "acuracy"), true,
        "\"acuracy\": it cannot be monitored: the columns are train_loss, valid_loss, accuracy; did you mean accuracy?"
      ),
      (EarlyStoppingCallback(monitor: "f1_score"), true, "add the metric to the learner"),
      (
        ReduceLROnPlateau(), false,
        "without validation data are train_loss; give the learner validation data"
      ),
      (TrackerCallback(monitor: "auc"), false, "give the learner validation data"),
    ] as [(TrackerCallback, Bool, String)] {
      let scripted = ScriptedLearner(
        metrics: ["accuracy"], hasValidation: valid, callbacks: [tracker])
      let error = #expect(throws: UnknownMonitor.self) { try scripted.learner.fit(1) }
      #expect(error?.description.contains(words) == true, "\(String(describing: error))")
      #expect(scripted.learner.totalSteps == 0)
    }
  }
}

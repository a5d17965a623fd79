import DataBlocks
import Foundation
import Layers
import Tensors
import TestSupport
import Testing
import Training

/// Records the values that the fixture has for every training batch.
private final class BatchList: Callback {
  let order = 70
  var losses: [Double] = []
  var smooth: [Double] = []
  var rates: [[Double]] = []
  var momenta: [[Double]] = []
  var stepped: [Bool] = []
  private var didStep = false
  func beforeBatch(_ learner: Learner) throws { didStep = false }
  func afterLoss(_ learner: Learner) throws {
    guard learner.isTraining else { return }
    losses.append(learner.loss)
    rates.append(learner.optimizer.hyperparameters.map(\.learningRate))
    momenta.append(learner.optimizer.hyperparameters.map(\.momentum))
  }
  func afterStep(_ learner: Learner) throws { didStep = true }
  func afterBatch(_ learner: Learner) throws {
    guard learner.isTraining else { return }
    smooth.append(learner.recorder.smoothedLoss)
    stepped.append(didStep)
  }
}

@Suite("Learners against fastai")
struct LearnerFixtureTests {
  private struct File: Decodable {
    struct Batches: Decodable {
      let lr: [[Double]], mom: [[Double]], loss: [Double], smooth_loss: [Double], stepped: [Bool]
    }
    struct Case: Decodable {
      let id: String, what: String, epochs: [[Double]], batches: Batches
    }
    let cases: [Case]
  }

  static let ids = [
    "fit", "fit_one_cycle", "fit_one_cycle_wd_on_all", "fine_tune", "fine_tune_no_train_bn",
    "fit_flat_cos",
    "label_smoothing", "gradient_clip", "accumulate_two_batches", "accumulate_uneven",
    "accumulate_and_clip",
  ]

  @Test("every case of the file is tested")
  func complete() throws {
    let cases = try Fixture.json("training/learners.json", as: File.self).cases
    #expect(cases.map(\.id).sorted() == Self.ids.sorted() && cases.count == 11)
  }

  @Test("losses, rates, momenta, steps, metrics and final weights", arguments: ids)
  func learner(id: String) throws {
    let small = try SmallNetFixture.load()
    let test = try #require(
      try Fixture.json("training/learners.json", as: File.self).cases.first { $0.id == id })
    let net = small.model()
    let late: [Parameter] = net.conv3.parameters + net.bn3.parameters + net.fc.parameters
    let early = [net.conv1, net.bn1, net.conv2, net.bn2].flatMap { (m: Module) in m.parameters }
    let isTuned = id.hasPrefix("fine_tune")
    let isSGD = id.hasPrefix("accumulate") || id == "gradient_clip"
    var callbacks: [any Callback] = []
    if id == "gradient_clip" { callbacks.append(GradientClip(0.5)) }
    if id == "accumulate_two_batches" { callbacks.append(GradientAccumulation(itemsPerStep: 16)) }
    if id == "accumulate_uneven" { callbacks.append(GradientAccumulation(itemsPerStep: 20)) }
    if id == "accumulate_and_clip" {
      callbacks += [GradientAccumulation(itemsPerStep: 16), GradientClip(0.4)] as [any Callback]
    }
    let list = BatchList()
    let learner = Learner(
      model: net, train: small.batches("train"), valid: small.batches("valid"),
      lossFunction: .crossEntropy(labelSmoothing: id == "label_smoothing" ? 0.1 : 0),
      rule: isSGD ? SGD(momentum: 0.9) as any UpdateRule : Adam(),
      groups: isTuned ? [early, late] : nil,
      metrics: [.accuracy, .errorRate], callbacks: callbacks + [list],
      trainsBatchNorm: id != "fine_tune_no_train_bn",
      decaysNormAndBias: id == "fit_one_cycle_wd_on_all")
    learner.recorder.printsTable = false
    switch id {
    case "fit": try learner.fit(2, learningRate: 0.004)
    case "fit_one_cycle": try learner.fitOneCycle(3, learningRate: 0.008, weightDecay: 0.01)
    case "fit_one_cycle_wd_on_all":
      try learner.fitOneCycle(2, learningRate: 0.008, weightDecay: 0.1)
    case "fine_tune": try learner.fineTune(2, baseLearningRate: 0.008)
    case "fine_tune_no_train_bn": try learner.fineTune(1, baseLearningRate: 0.008, freezeEpochs: 2)
    case "fit_flat_cos": try learner.fitFlatCos(2, learningRate: 0.008)
    case "label_smoothing": try learner.fitOneCycle(2, learningRate: 0.008)
    default: try learner.fit(2, learningRate: 0.1)
    }
    // fastai computes the bounds of a cycle in float32: its rates differ by about 1e-7.
    expectClose(
      list.rates.flatMap(\.self), test.batches.lr.flatMap(\.self), absolute: 2e-8, relative: 1e-5,
      "rates")
    expectClose(
      list.momenta.flatMap(\.self), test.batches.mom.flatMap(\.self), absolute: 1e-6, "momenta")
    expectClose(list.losses, test.batches.loss, absolute: 2e-5, "losses")
    expectClose(list.smooth, test.batches.smooth_loss, absolute: 2e-5, "smoothed losses")
    #expect(list.stepped == test.batches.stepped)
    let rows = learner.recorder.rows.flatMap {
      [$0.trainLoss, $0.validLoss ?? .nan] + $0.metrics.map(\.value)
    }
    expectClose(rows, test.epochs.flatMap(\.self), absolute: 3e-5, "epochs")
    let finals = try SafetensorsFixture.load("training/learners.safetensors")
    for (name, tensor) in net.stateDictionary where tensor.dtype == .float32 {
      let expected = try #require(finals["\(id)/final/\(name)"])
      let scale = expected.floats.map { Double(abs($0)) }.max() ?? 0
      expectClose(
        tensor.floatScalars, expected.floats, absolute: 1e-4 * max(scale, 0.1), "final \(name)")
    }
  }
}

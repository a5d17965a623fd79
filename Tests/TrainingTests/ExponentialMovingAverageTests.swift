import DataBlocks
import Layers
import Tensors
import TestSupport
import Testing
import Training

/// A model of one weight and one buffer.
private final class OneWeight: Module {
  let weight = Parameter(Tensor([0] as [Float]))
  let running = ModuleBuffer(Tensor([0] as [Float]))
  let count = ModuleBuffer(Tensor([Int64(0)]))
  override func forward(_ input: Tensor) -> Tensor { input * weight.watched(with: input) }
}

/// Sets the weight and the buffers after each step, before the average is updated.
private final class Weights: Callback {
  let model: OneWeight
  let values: [Float]
  let canceled: Int?
  init(_ model: OneWeight, _ values: [Float], canceled: Int? = nil) {
    (self.model, self.values, self.canceled) = (model, values, canceled)
  }
  func beforeStep(_ learner: Learner) throws {
    if learner.totalSteps == canceled { throw Interruption.cancelStep }
  }
  func afterStep(_ learner: Learner) throws {
    guard learner.totalSteps != canceled else { return }
    let skipped = canceled.map { learner.totalSteps > $0 ? 1 : 0 } ?? 0
    let value = values[learner.totalSteps - skipped]
    model.weight.value = Tensor([value])
    model.running.value = Tensor([10 * value])
    model.count.value = Tensor([Int64(learner.totalSteps + 1)])
  }
}

/// Lists the weights at several moments.
private final class Moments: Callback {
  let order = 90
  let model: OneWeight
  var trained: [Float] = []
  var validated: [Float] = []
  init(_ model: OneWeight) { self.model = model }
  func beforeBatch(_ learner: Learner) throws {
    if learner.isTraining { trained.append(model.weight.value.item) }
  }
  func afterPrediction(_ learner: Learner) throws {
    if !learner.isTraining { validated.append(model.weight.value.item) }
  }
}

@Suite("Exponential moving average of weights")
struct ExponentialMovingAverageTests {
  private static let weights: [Float] = [1, 2, -1, 4, 0.5]

  private func learner(
    _ model: OneWeight, _ callbacks: [any Callback], batches: Int = 1, valid: Bool = true
  ) -> Learner {
    let loss = LossFunction(activation: { $0 }) { output, _, _ in output.mean() }
    func source(_ count: Int) -> TensorBatches {
      TensorBatches(
        inputs: Tensor.ones([count, 1]), targets: Tensor((0..<count).map { _ in Int64(0) }),
        batchSize: 1)
    }
    let learner = Learner(
      model: model, train: source(batches), valid: valid ? source(1) : nil, lossFunction: loss,
      rule: SGD(), callbacks: callbacks)
    learner.recorder.printsTable = false
    learner.report = { _ in }
    return learner
  }

  // numpy 2.4.6 in float32, by the update of timm 1.0.31's ModelEmaV3: lerp by 1 - get_decay(step), step from 1.
  @Test(
    "the numbers of timm's ModelEmaV3 with decay 0.9",
    arguments: [
      (false, 0, [1, 1.100000023841858, 0.89000004529953, 1.2009999752044678, 1.1309000253677368]),
      (false, 2, [1, 2, -1, -0.5, -0.4000000059604645]),
      (
        true, 0, [1, 1.629960536956787, 0.3656073808670044, 1.8079171180725098, 1.3606157302856445]
      ),
      (true, 2, [1, 2, -1, 2.1498026847839355, 1.3566603660583496]),
    ] as [(Bool, Int, [Double])])
  func numbers(warmup: Bool, after: Int, expected: [Double]) throws {
    let model = OneWeight()
    let moments = Moments(model)
    let average = ExponentialMovingAverage(
      decay: 0.9, updateAfterStep: after, usesWarmup: warmup)
    let learner = learner(model, [Weights(model, Self.weights), average, moments])
    try learner.fit(5, learningRate: 0.0)
    expectClose(moments.validated.map(Double.init), expected, absolute: 1e-6)
    #expect(moments.trained == [0] + Self.weights.dropLast(), "training goes on with its weights")
    // The fit ends with the average; running statistics are averaged, counters copied.
    expectClose([Double(model.weight.value.item)], [expected[4]], absolute: 1e-6)
    expectClose([Double(model.running.value.item)], [10 * expected[4]], absolute: 1e-5)
    #expect(model.count.value.scalars(as: Int64.self) == [5])
  }

  @Test("the decays of timm's warm-up")
  func decays() {
    let average = ExponentialMovingAverage(usesWarmup: true)
    let found = [1, 2, 3, 10, 100, 1000, 40000].map { average.decay(ofStep: $0) }
    expectClose(
      found,
      [
        0, 0.3700394750525634, 0.5192501432308638, 0.7845565309968117, 0.9535841116638722, 0.99,
        0.999,
      ], absolute: 1e-12)
    let plain = ExponentialMovingAverage(decay: 0.99, usesWarmup: false)
    #expect([1, 2, 3].map { plain.decay(ofStep: $0) } == [0, 0.99, 0.99])
    let least = ExponentialMovingAverage(decay: 0.99, minimumDecay: 0.5)
    #expect(least.decay(ofStep: 2) == 0.5)
  }

  @Test("copied buffers, canceled steps and updates every so many steps")
  func options() throws {
    let model = OneWeight()
    let copying = ExponentialMovingAverage(decay: 0.9, usesWarmup: false, averagesBuffers: false)
    try learner(model, [Weights(model, Self.weights), copying]).fit(5, learningRate: 0.0)
    #expect(model.running.value.item == 5)

    let canceled = OneWeight()
    let average = ExponentialMovingAverage(decay: 0.9, usesWarmup: false)
    try learner(canceled, [Weights(canceled, Self.weights, canceled: 2), average]).fit(
      6, learningRate: 0.0)
    expectClose([Double(canceled.weight.value.item)], [1.1309], absolute: 1e-6)

    // Copied after step 1; then 0.9² after steps 2 and 3 would be an update at step 2 (0.9) and one at 4 (0.81).
    let rare = OneWeight()
    let every = ExponentialMovingAverage(decay: 0.9, usesWarmup: false, every: 2)
    try learner(rare, [Weights(rare, Self.weights), every]).fit(5, learningRate: 0.0)
    let second = 0.9 * 1 + 0.1 * 2.0
    expectClose([Double(rare.weight.value.item)], [0.81 * second + 0.19 * 4], absolute: 1e-6)
  }

  @Test("the best weights that are saved are averaged, and what is saved otherwise is not")
  func saved() throws {
    final class Saver: Callback {
      let order = 62
      var weights: [Float] = []
      let model: OneWeight
      init(_ model: OneWeight) { self.model = model }
      func afterEpoch(_ learner: Learner) throws { weights.append(model.weight.value.item) }
    }
    let model = OneWeight()
    let saver = Saver(model)
    // The loss is the weight itself, so the third epoch is the best.
    let learner = learner(
      model,
      [
        Weights(model, Self.weights), SaveModelCallback(),
        ExponentialMovingAverage(decay: 0.9, usesWarmup: false), saver,
      ])
    try learner.fit(5, learningRate: 0.0)
    expectClose([Double(model.weight.value.item)], [0.89], absolute: 1e-6)
    #expect(saver.weights == Self.weights)
    expectClose([learner.recorder.rows[2].validLoss ?? 0], [0.89], absolute: 1e-6)
  }

  @Test(
    "a fit that is canceled ends with the average, whenever it is canceled",
    arguments: ["train", "valid", "epoch"])
  func canceled(moment: String) throws {
    final class Canceler: Callback {
      let order = 99
      let moment: String
      var trained: Float = .nan
      let model: OneWeight
      init(_ moment: String, _ model: OneWeight) { (self.moment, self.model) = (moment, model) }
      func afterBatch(_ learner: Learner) throws {
        guard learner.epoch == 2, learner.isTraining == (moment == "train"), moment != "epoch"
        else { return }
        throw Interruption.cancelFit
      }
      func afterEpoch(_ learner: Learner) throws {
        if learner.epoch == 2 { throw Interruption.cancelFit }
      }
      func afterCancelFit(_ learner: Learner) throws { trained = model.weight.value.item }
    }
    let model = OneWeight()
    let canceler = Canceler(moment, model)
    let average = ExponentialMovingAverage(decay: 0.9, usesWarmup: false)
    try learner(model, [Weights(model, Self.weights), average, canceler]).fit(5, learningRate: 0.0)
    expectClose([Double(model.weight.value.item)], [0.89], absolute: 1e-6)
    #expect(canceler.trained == -1, "a checkpoint of the training state has the trained weights")
  }

  @Test("a shared parameter is averaged once, and each fit starts a new average")
  func shared() throws {
    final class Twice: Module {
      let one: Linear
      let two: Linear
      override init() {
        one = Linear(1, 1, bias: false)
        two = one
      }
      override func forward(_ input: Tensor) -> Tensor { two(one(input)) }
    }
    let model = Twice()
    model.initialize(seed: 3)
    let loss = LossFunction(activation: { $0 }) { output, _, _ in output.mean() }
    let batches = TensorBatches(
      inputs: Tensor.ones([2, 1]), targets: Tensor([0, 0] as [Int64]), batchSize: 1)
    let average = ExponentialMovingAverage(decay: 0.5)
    let learner = Learner(
      model: model, train: batches, valid: batches, lossFunction: loss, rule: SGD(),
      callbacks: [average])
    learner.recorder.printsTable = false
    try learner.fit(2, learningRate: 0.01)
    let before = model.one.weight.value.floatScalars
    try learner.fit(1, learningRate: 0.0)
    #expect(model.one.weight.value.floatScalars == before)
  }
}

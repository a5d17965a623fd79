import DataBlocks
import Layers
import Synchronization
import Tensors
import TestSupport
import Testing
import Training

/// Records losses and the first batch that the model sees.
private final class BatchRecord: Callback {
  let order = 70
  var losses: [Double] = []
  var inputs: [Tensor] = []
  var targets: [Tensor] = []
  var validLosses: [Double] = []
  func afterBatch(_ learner: Learner) throws {
    guard learner.isTraining else { return validLosses.append(learner.loss) }
    losses.append(learner.loss)
    if let batch = learner.batch {
      inputs.append(batch.inputs)
      if let found = batch.targets { targets.append(found) }
    }
  }
}

@Suite("MixUp and CutMix")
struct MixUpTests {
  private struct File: Decodable {
    struct Case: Decodable {
      let id: String, losses: [Double], valid_loss: Double, first_lambda_used: [Double]
    }
    let permutations: [[Int]], mixup_lambdas_drawn: [[Double]], cutmix_lambdas_drawn: [Double],
      cutmix_centres_x_y: [[Int]], cases: [Case]
  }

  @Test("mixtures, losses, validation and final weights are PyTorch's by fastai's rules")
  func fixture() throws {
    let file = try Fixture.json("training/mixing.json", as: File.self)
    let tensors = try SafetensorsFixture.load("training/mixing.safetensors")
    #expect(file.cases.map(\.id) == ["mixup", "mixup_label_smoothing", "cutmix"])
    var compared = 0
    for test in file.cases {
      let small = try SmallNetFixture.load()
      let net = small.model()
      let mixing: any Callback =
        test.id == "cutmix"
        ? CutMix { learner, _ in
          let center = file.cutmix_centres_x_y[learner.iteration]
          return CutMix.Draw(
            lambda: file.cutmix_lambdas_drawn[learner.iteration], center: (center[0], center[1]),
            partners: file.permutations[learner.iteration])
        }
        : MixUp { learner, _ in
          MixUp.Draw(
            lambdas: file.mixup_lambdas_drawn[learner.iteration],
            partners: file.permutations[learner.iteration])
        }
      let record = BatchRecord()
      let learner = Learner(
        model: net, train: small.batches("train"), valid: small.batches("valid"),
        lossFunction: .crossEntropy(labelSmoothing: test.id.contains("smoothing") ? 0.1 : 0),
        rule: SGD(), callbacks: [mixing, record])
      learner.recorder.printsTable = false
      try learner.fit(1, learningRate: 0.1)
      expectClose(record.losses, test.losses, absolute: 2e-6, "\(test.id): losses")
      expectClose(
        [learner.recorder.rows[0].validLoss ?? .nan], [test.valid_loss], absolute: 2e-5, test.id)
      let first = try #require(tensors["\(test.id)/first_mixed_x"])
      expectClose(record.inputs[0].floatScalars, first.floats, absolute: 2e-7, "\(test.id): batch")
      for (name, tensor) in net.stateDictionary where tensor.dtype == .float32 {
        let expected = try #require(tensors["\(test.id)/final/\(name)"])
        expectClose(
          tensor.floatScalars, expected.floats, absolute: 2e-5, relative: 1e-4,
          "\(test.id): \(name)")
        compared += 1
      }
    }
    #expect(compared == 51 && tensors.count == 54)
  }

  /// A learner of one linear layer on eight items.
  private func learner(
    _ callbacks: [any Callback], loss: LossFunction = .crossEntropy(), targets: Tensor? = nil,
    shape: [Int] = [8, 3], seed: UInt64 = 1
  ) -> Learner {
    let layer = Linear(shape.dropFirst().reduce(1, *), 2)
    layer.initialize(seed: 4)
    var random = RandomSource(seed: 5)
    let inputs = Tensor.normal(shape: shape, deviation: 1, random: &random)
    let targets = targets ?? Tensor([0, 1, 1, 0, 1, 0, 0, 1] as [Int64])
    let batches = TensorBatches(inputs: inputs, targets: targets, batchSize: 4)
    let learner = Learner(
      model: Flat(layer), train: batches, valid: batches, lossFunction: loss, rule: SGD(),
      callbacks: callbacks, seed: seed)
    learner.recorder.printsTable = false
    learner.report = { _ in }
    return learner
  }

  private final class Flat: Module {
    let layer: Linear
    init(_ layer: Linear) { self.layer = layer }
    override func forward(_ input: Tensor) -> Tensor { layer(input.flattened()) }
  }

  @Test("class weights are part of both losses; the mean divides by the items")
  func classWeights() throws {
    let draw = MixUp.Draw(lambdas: [0.9, 0.2, 0.5, 1], partners: [1, 2, 3, 0])
    let record = BatchRecord()
    let loss = LossFunction.crossEntropy(weights: [1, 3], labelSmoothing: 0.2)
    let learner = learner([MixUp { _, _ in draw }, record], loss: loss)
    try learner.fit(1, learningRate: 0.0)
    let output = learner.model(record.inputs[0])
    let targets = record.targets[0].scalars(as: Int64.self)
    let own = loss(output, record.targets[0], reduction: .none).floatScalars
    let other = loss(
      output, Tensor(draw.partners.map { targets[$0] }), reduction: .none
    ).floatScalars
    let lambdas = [0.9, 0.8, 0.5, 1]
    let expected = (0..<4).reduce(0.0) {
      $0 + lambdas[$1] * Double(own[$1]) + (1 - lambdas[$1]) * Double(other[$1])
    }
    expectClose([record.losses[0]], [expected / 4], absolute: 1e-6)
    #expect(targets == [0, 1, 1, 0], "the targets of a batch stay the items' own")
  }

  @Test("targets that are no class indices are blended themselves")
  func softTargets() throws {
    let draw = MixUp.Draw(lambdas: [0.75, 0.75, 0.75, 0.75], partners: [3, 2, 1, 0])
    let loss = LossFunction(activation: { $0 }) { output, targets, reduction in
      precondition(reduction == .mean)
      return ((output - targets) * (output - targets)).mean()
    }
    let soft = Tensor((0..<16).map(Float.init), shape: [8, 2])
    let record = BatchRecord()
    let learner = learner([MixUp { _, _ in draw }, record], loss: loss, targets: soft)
    try learner.fit(1, learningRate: 0.0)
    #expect(record.targets[0].floatScalars == [1.5, 2.5, 2.5, 3.5, 3.5, 4.5, 4.5, 5.5])
  }

  @Test("validation is the same without mixing")
  func validation() throws {
    let shape = [8, 3, 6, 5]
    for callback in [MixUp(), CutMix()] as [any Callback] {
      let (record, plain) = (BatchRecord(), BatchRecord())
      try learner([callback, record], shape: shape).fit(1, learningRate: 0.0)
      try learner([plain], shape: shape).fit(1, learningRate: 0.0)
      #expect(record.validLosses == plain.validLosses && record.losses != plain.losses)
      #expect(record.validLosses.count == 2)
    }
  }

  @Test("draws depend on the seed and the step only")
  func draws() throws {
    for make in [{ MixUp() }, { CutMix() }] as [() -> any Callback] {
      func inputs(_ seed: UInt64) throws -> [[Float]] {
        let record = BatchRecord()
        try learner([make(), record], shape: [8, 1, 9, 9], seed: seed).fit(2, learningRate: 0.0)
        return record.inputs.map(\.floatScalars)
      }
      let first = try inputs(1)
      #expect(try inputs(1) == first)
      #expect(try inputs(2) != first)
      #expect(first.count == 4 && first[0] != first[2], "epochs draw other numbers")
    }
  }

  @Test("a batch without targets is mixed, and one of a single item stays")
  func corners() throws {
    let record = BatchRecord()
    let inputs = Tensor((0..<12).map(Float.init), shape: [1, 3, 2, 2])
    let layer = Linear(12, 2)
    layer.initialize(seed: 1)
    let learner = Learner(
      model: Flat(layer),
      train: TensorBatches(inputs: inputs, targets: nil, batchSize: 1),
      callbacks: [MixUp(), CutMix(), record])
    learner.recorder.printsTable = false
    try learner.fit(1)
    expectClose(record.inputs[0].floatScalars, inputs.floatScalars, absolute: 1e-5)
  }
}

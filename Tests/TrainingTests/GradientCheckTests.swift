import DataBlocks
import Layers
import Tensors
import TestSupport
import Testing
import Training

/// Returns its input, except at given training steps, where its output or its gradient is not finite.
private final class Corruption: Module {
  var badOutputs: Set<Int> = []
  var badGradients: Set<Int> = []
  var value = Float.nan
  private var step = -1
  override func forward(_ input: Tensor) -> Tensor {
    guard isTraining else { return input }
    // The search for the source runs the same step again, without a tape.
    if !input.isOffTape { step += 1 }
    let (isBad, value) = (badGradients.contains(step), value)
    let output = badOutputs.contains(step) ? input.detached * value : input.detached
    return output.recorded("corruption", from: [input]) { dy in [isBad ? dy * value : dy] }
  }
}

private struct Setup {
  let corruption = Corruption()
  let learner: Learner
  var lines: [String] { output.lines }
  var first: String { output.lines.first ?? "" }
  var notes: [String] { output.notes }
  private let output = Output()
  private final class Output: TrainingNoteReceiver {
    var lines: [String] = []
    var notes: [String] = []
    func didNote(_ note: TrainingNote, _ learner: Learner) throws {
      notes.append("\(note.kind): \(note.message)")
    }
  }

  init(_ callbacks: [any Callback], inputs: Tensor? = nil) {
    let net = Sequential(Linear(3, 4), BatchNorm(4), corruption, Linear(4, 4), ReLU(), Linear(4, 2))
    net.initialize(seed: 3)
    var random = RandomSource(seed: 5)
    let x = inputs ?? Tensor((0..<36).map { _ in Float(random.normal()) }, shape: [12, 3])
    let y = Tensor((0..<12).map { Int64($0 % 2) })
    learner = Learner(
      model: net, train: TensorBatches(inputs: x, targets: y, batchSize: 3),
      valid: TensorBatches(inputs: Tensor.ones([12, 3]), targets: y, batchSize: 12),
      callbacks: callbacks + [output])
    learner.recorder.printsTable = false
    let output = output
    learner.report = { output.lines.append($0) }
  }

  var state: [[Float]] {
    learner.model.stateDictionary.filter { $0.tensor.dtype == .float32 }
      .map { $0.tensor.floatScalars }
  }
}

/// Skips given batches before the forward pass.
private final class BatchSkipper: Callback {
  let batches: Set<Int>
  init(_ batches: Set<Int>) { self.batches = batches }
  func beforeBatch(_ learner: Learner) throws {
    guard learner.isTraining, batches.contains(learner.totalSteps) else { return }
    learner.discardBatch()
    throw Interruption.cancelBatch
  }
}

@Suite("Gradient checks")
struct GradientCheckTests {
  @Test(
    "a gradient that is not finite is named by its parameter and never reaches the weights",
    arguments: [Float.nan, .infinity])
  func stop(value: Float) throws {
    let check = GradientCheck(.stop)
    let setup = Setup([check])
    setup.corruption.value = value
    setup.corruption.badGradients = [0]
    let before = setup.state
    try setup.learner.fit(1, learningRate: 0.1)
    #expect(setup.learner.totalSteps == 0)
    #expect(setup.state == before)
    #expect(setup.lines.count == 1 && setup.lines == setup.notes.map { String($0.dropFirst(14)) })
    let line = try #require(setup.lines.first)
    #expect(line.contains("epoch 0, batch 0: the gradient of 1.bias is not finite"), "\(line)")
    #expect(check.ending == line)
    #expect(line.contains("training ends with the weights from before this batch"))
    #expect(setup.learner.model.parameters.allSatisfy { $0.gradient == nil })
  }

  @Test(
    "a skipped batch changes neither weights nor averages",
    arguments: [[1], [0, 2], [5]] as [Set<Int>])
  func skip(bad: Set<Int>) throws {
    let clean = Setup([BatchSkipper(bad)])
    try clean.learner.fit(2, learningRate: 0.1)
    let state = clean.state
    #expect(state.joined().allSatisfy { $0.isFinite })
    for inOutput in [false, true] {
      let check = GradientCheck(.skip)
      let setup = Setup([check])
      if inOutput {
        setup.corruption.badOutputs = bad
      } else {
        setup.corruption.badGradients = bad
      }
      try setup.learner.fit(2, learningRate: 0.1)
      #expect(check.skippedBatches == bad.count && check.ending == nil)
      #expect(setup.learner.totalSteps == 8)
      #expect(setup.state == state)
      let (rows, cleanRows) = (setup.learner.recorder.rows, clean.learner.recorder.rows)
      #expect(rows.map(\.trainLoss) == cleanRows.map(\.trainLoss) && rows.count == 2)
      #expect(rows.map(\.validLoss) == cleanRows.map(\.validLoss))
      #expect(setup.lines.count == bad.count && setup.notes.count == bad.count)
      #expect(setup.lines.allSatisfy { $0.hasSuffix("; skipped") })
      if inOutput {
        #expect(
          setup.first.contains("2 is the first layer whose output is not finite"),
          "\(setup.first)")
      }
    }
  }

  @Test("inputs and weights that are not finite are named")
  func sources() throws {
    var values = [Float](repeating: 1, count: 36)
    values[4 * 3 + 1] = .nan
    let input = Setup([GradientCheck(.skip)], inputs: Tensor(values, shape: [12, 3]))
    try input.learner.fit(1, learningRate: 0.1)
    #expect(input.lines.count == 1)
    #expect(input.first.contains("epoch 0, batch 1"), "\(input.lines)")
    #expect(input.first.contains("item 4 of the data is not finite"), "\(input.lines)")
    let weights = Setup([GradientCheck(.stop)])
    try #require(weights.learner.model["3"] as? Linear).bias?.value = Tensor(
      repeating: .infinity, shape: [4])
    try weights.learner.fit(1, learningRate: 0.1)
    #expect(weights.first.contains("the weights 3.bias are not finite"), "\(weights.lines)")
  }

  @Test("too many consecutive failures end the fit")
  func limit() throws {
    let setup = Setup([GradientCheck(.skip, limit: 3)])
    setup.corruption.badGradients = [0, 2, 3, 4, 5]
    try setup.learner.fit(3, learningRate: 0.1)
    #expect(setup.learner.totalSteps == 4)
    #expect(setup.lines.count == 4)
    #expect(
      (setup.lines.last ?? "").contains("training ends after 3 consecutive batches like this"),
      "\(setup.lines)")
  }

  @Test("with accumulation, the whole step is skipped")
  func accumulated() throws {
    let check = GradientCheck(.skip)
    let setup = Setup([GradientClip(0.5), check, GradientAccumulation(itemsPerStep: 6)])
    setup.corruption.badGradients = [1]
    try setup.learner.fit(1, learningRate: 0.1)
    #expect(check.skippedBatches == 1)
    #expect(setup.state.joined().allSatisfy { $0.isFinite })
    let half = Setup([GradientClip(0.5), GradientAccumulation(itemsPerStep: 6)])
    try half.learner.fit(1, learningRate: 0.1)
    #expect(setup.state != half.state)
  }

  @Test("the norm is computed again when a gradient changes")
  func norm() {
    let parameter = Parameter(Tensor([1, 2] as [Float]))
    let optimizer = Optimizer(SGD(), groups: [[("p", parameter)]])
    #expect(optimizer.gradientNorm == 0)
    parameter.gradient = Tensor([3, 4] as [Float])
    #expect(optimizer.gradientNorm == 5)
    #expect(optimizer.gradientNorm == 5)
    (parameter.watched(with: Tape().record(Tensor([0] as [Float]))) * 3).sum().backward()
    #expect(abs(optimizer.gradientNorm - (36.0 + 49).squareRoot()) < 1e-6)
    optimizer.step()
    #expect(optimizer.gradientNorm == 0)
    #expect(optimizer.nonFiniteGradientName == nil)
  }

  @Test("TerminateOnNaNCallback ends the fit after the batch")
  func terminates() throws {
    let setup = Setup([TerminateOnNaNCallback()])
    setup.corruption.badOutputs = [1]
    try setup.learner.fit(1, learningRate: 0.1)
    #expect(setup.learner.totalSteps == 1)
    #expect(setup.lines.count == 1 && setup.first.contains("training ends"), "\(setup.lines)")
  }
}

import DataBlocks
import Tensors
import TestSupport
import Testing
import Training

@Suite("Losses with their activation and decoding")
struct LossFunctionTests {
  private let logits = Tensor([2, 1, 0.1, 0.5, 2.5, 0.3] as [Float], shape: [2, 3])
  private let classes = Tensor([0, 2] as [Int64])

  /// Values of fastai 2.8.
  @Test("cross entropy, both label smoothings, focal and binary cross entropy as in fastai")
  func values() {
    let w: [Float] = [1, 2, 3]
    let multi = Tensor([1, 0, 0, 0, 0, 1] as [Float], shape: [2, 3])
    let table: [(String, LossFunction, Tensor, Double)] = [
      ("cross entropy", .crossEntropy(), classes, 1.4185398),
      ("label smoothing", .labelSmoothingCrossEntropy(), classes, 1.4268730),
      ("PyTorch's label smoothing", .crossEntropy(labelSmoothing: 0.1), classes, 1.4268730),
      ("focal", .focal(), classes, 1.0286537),
      ("weighted cross entropy", .crossEntropy(weights: w), classes, 1.9192947),
      ("weighted label smoothing", .labelSmoothingCrossEntropy(weights: w), classes, 1.8775525),
      ("weighted focal", .focal(weights: w), classes, 3.6492188),
      ("binary cross entropy", .bceWithLogits(), multi, 1.0486513),
    ]
    for (name, loss, targets, wanted) in table {
      expectClose([Double(loss(logits, targets).item)], [wanted], absolute: 2e-7 * 10, name)
    }
    // With weights the two conventions differ.
    let torch = LossFunction.crossEntropy(weights: w, labelSmoothing: 0.1)(logits, classes).item
    let fastai = LossFunction.labelSmoothingCrossEntropy(weights: w)(logits, classes).item
    #expect(abs(torch - fastai) > 1e-3)
  }

  @Test("each loss has the activation and decoding of fastai")
  func decoding() {
    let answers = logits
    for loss in [
      LossFunction.crossEntropy(), .labelSmoothingCrossEntropy(), .focal(gamma: 1),
    ] {
      let p = loss.activation(answers)
      expectClose(p.floatScalars, answers.softmax(axis: -1).floatScalars)
      #expect(loss.decodes(p).scalars(as: Int64.self) == [0, 1])
    }
    let bce = LossFunction.bceWithLogits(threshold: 0.6)
    expectClose(bce.activation(answers).floatScalars, answers.sigmoid().floatScalars)
    let p = Tensor([0.6, 0.61, 0, 1] as [Float], shape: [2, 2])
    // Above the threshold, not at it.
    #expect(bce.decodes(p).floatScalars == [0, 1, 0, 1])
    for loss in [LossFunction.mse(), .l1(), .smoothL1()] {
      #expect(loss.activation(answers).floatScalars == answers.floatScalars)
      #expect(loss.decodes(answers).floatScalars == answers.floatScalars)
    }
  }

  @Test("targets of one number per item fit outputs of one column, as in fastai's flattening")
  func flattening() {
    let output = Tensor([1, -2, 0.5] as [Float], shape: [3, 1])
    let floats = Tensor([0.5, 0, 1] as [Float])
    expectClose([LossFunction.mse()(output, floats).item], [(0.25 + 4 + 0.25) / 3], relative: 1e-6)
    expectClose([LossFunction.l1()(output, floats).item], [(0.5 + 2 + 0.5) / 3], relative: 1e-6)
    let classes = Tensor([1, 0, 1] as [Int64])
    let column = Tensor([1, 0, 1] as [Float], shape: [3, 1])
    #expect(
      LossFunction.bceWithLogits()(output, classes).item
        == LossFunction.bceWithLogits()(output, column).item)
  }

  @Test("one loss per item: the mean over its outputs")
  func perItem() {
    let output = Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [3, 2])
    let targets = Tensor([1, 0, 3, 2, 5, 3] as [Float], shape: [3, 2])
    #expect(LossFunction.mse().perItem(output, targets).floatScalars == [2, 2, 4.5])
    #expect(LossFunction.crossEntropy().perItem(logits, classes).shape == [2])
  }

  @Test("gradients of weights and thresholds by central differences")
  func gradients() {
    let w: [Float] = [1, 2, 0.5]
    let classes = Tensor([2, 0, 1, 1] as [Int64])
    let multi = Tensor([1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0] as [Float], shape: [4, 3])
    let losses: [(String, LossFunction, Tensor)] = [
      ("cross entropy", .crossEntropy(weights: w, labelSmoothing: 0.2), classes),
      ("fastai", .labelSmoothingCrossEntropy(epsilon: 0.2, weights: w), classes),
      ("focal", .focal(gamma: 1.5, weights: w), classes),
      ("bce", .bceWithLogits(positiveWeights: w, weights: [2, 1, 3]), multi),
      ("mse", .mse(), multi * 4), ("l1", .l1(), multi * 40 - 20),
      ("smooth", .smoothL1(), multi * 4),
    ]
    var random = RandomSource(seed: 9)
    let values = (0..<12).map { _ in Float(random.uniform(-1, 1)) }
    for (name, loss, targets) in losses {
      for reduction in [LossReduction.mean, .sum] {
        let tape = Tape()
        let x = tape.watch(Tensor(values, shape: [4, 3]))
        let found = tape.gradients(
          of: loss(x, targets, reduction: reduction), withRespectTo: [x])[0].floatScalars
        let wanted = values.indices.map { i -> Double in
          func value(_ step: Float) -> Double {
            var moved = values
            moved[i] += step
            return Double(loss(Tensor(moved, shape: [4, 3]), targets, reduction: reduction).item)
          }
          return (value(1e-2) - value(-1e-2)) / 2e-2
        }
        let scale = wanted.map(abs).max() ?? 1
        expectClose(found.map(Double.init), wanted, absolute: 2e-2 * scale, "\(name) \(reduction)")
      }
    }
  }

  @Test("a custom loss: its activation and its rule for the class decide everywhere")
  func ownLoss() {
    // The class with the lowest output is the answer: distances to the centers of classes.
    let loss = LossFunction(activation: { (-$0).softmax(axis: -1) }) { output, targets, reduction in
      (-output).crossEntropy(targets, reduction: reduction)
    }
    #expect(loss.decodes(loss.activation(logits)).scalars(as: Int64.self) == [2, 2])
    let rule = LossFunction(
      activation: { $0.sigmoid() },
      // Ordinal: the number of thresholds that are passed.
      decoding: .classIndex { row in row.prefix { $0 > 0.5 }.count }
    ) { output, _, _ in output.sum() }
    let p = Predictions(
      outputs: [[3, -1, 0], [-1, 3, 3], [3, 3, -2]],
      probabilities: [[0.95, 0.3, 0.5], [0.3, 0.9, 0.9], [0.9, 0.9, 0.1]], targets: [1, 0, 2],
      lossFunction: rule)
    #expect(p.decoded == [1, 0, 2] && Metric.accuracy.value(p) == 1)
    #expect(Evaluation(p, vocab: ["a", "b", "c"]).accuracy == 1)
  }

  @Test("the loss that belongs to a target")
  func standard() {
    func isThreshold(_ loss: LossFunction) -> Bool {
      if case .threshold = loss.decoding { true } else { false }
    }
    #expect(isThreshold(.standard(for: MultiCategoryBlock(vocab: ["a"]))))
    if case .identity = LossFunction.standard(for: RegressionBlock()).decoding {
    } else {
      Issue.record("a regression is decoded")
    }
    #expect(!isThreshold(.standard(for: CategoryBlock(vocab: ["a", "b"]))))
  }

  // scikit-learn's compute_class_weight("balanced", classes=[0, 1, 2], y): n / (3 count).
  @Test("inverse frequencies")
  func classWeights() {
    let found = ClassWeights.balanced([0, 0, 0, 0, 1, 1, 2, 0])
    expectClose(found, [8.0 / 15, 8.0 / 6, 8.0 / 3], relative: 1e-6)
    #expect(ClassWeights.balanced([0, 0, 2], classCount: 4) == [0.75, 0, 1.5, 0])
    #expect(ClassWeights.balanced([]) == [])
    #expect(ClassWeights.balanced(labels: ["b", "a", "b"], vocab: ["a", "b"]) == [1.5, 0.75])
    #expect(ClassWeights.positive([[1, 0], [0, 0], [0, 0]]) == [2, 1])
  }
}

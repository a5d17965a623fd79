import Tensors
import TestSupport
import Testing

@Suite("Softmax and losses match PyTorch and fastai, values and gradients")
struct LossFixtureTests {
  private func reduction(_ test: OperationCase) -> LossReduction {
    switch test.attributes["reduction"] as? String {
    case "sum": .sum
    case "none": .none
    default: .mean
    }
  }

  @Test("softmax and log-softmax", arguments: ["softmax", "log_softmax"])
  func softmax(name: String) throws {
    try OperationFixture.check(name) { test, x in
      let (x, axis) = (try #require(x["x"]), try #require(test.integer("axis")))
      return ["y": name == "softmax" ? x.softmax(axis: axis) : x.logSoftmax(axis: axis)]
    }
  }

  @Test(
    "cross entropy: weights, both label smoothings, reductions, ignored, soft and spatial targets")
  func crossEntropy() throws {
    try OperationFixture.check("cross_entropy") { test, x in
      let (logits, target) = (try #require(x["x"]), try #require(x["target"]))
      let smoothing = try #require(test.double("label_smoothing"))
      if test.attributes["implementation"] as? String == "fastai" {
        return [
          "y": logits.labelSmoothingCrossEntropy(
            target, epsilon: smoothing, weights: x["weight"], reduction: reduction(test))
        ]
      }
      return [
        "y": logits.crossEntropy(
          target, weights: x["weight"], labelSmoothing: smoothing,
          ignoreIndex: test.integer("ignore_index") ?? -100, reduction: reduction(test))
      ]
    }
  }

  @Test("ignored positions have no loss and no gradient; the mean of none is NaN")
  func ignored() {
    let tape = Tape()
    let x = tape.watch(Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]))
    let targets = Tensor([9, 0] as [Int64])
    let losses = x.crossEntropy(targets, labelSmoothing: 0.2, ignoreIndex: 9, reduction: .none)
    #expect(losses.floatScalars[0] == 0 && losses.floatScalars[1] > 1)
    let gradient = tape.gradients(of: losses.sum(), withRespectTo: [x])[0].floatScalars
    #expect(gradient[0] == 0 && gradient[1] == 0 && gradient[2] < 0)
    let none = Tensor([9, 9] as [Int64])
    #expect(x.crossEntropy(none, ignoreIndex: 9).item.isNaN)
  }

  @Test("smoothing of one-hot probabilities equals smoothing of class indices")
  func probabilities() {
    let x = Tensor([1, -2, 0.5, 3, 0, -1] as [Float], shape: [2, 3])
    let weights = Tensor([1, 2, 0.5] as [Float])
    let soft = Tensor([0, 0, 1, 1, 0, 0] as [Float], shape: [2, 3])
    let hard = Tensor([2, 0] as [Int64])
    expectClose(
      x.crossEntropy(soft, weights: weights, labelSmoothing: 0.3, reduction: .none).floatScalars,
      x.crossEntropy(hard, weights: weights, labelSmoothing: 0.3, reduction: .none).floatScalars,
      relative: 1e-6)
  }

  @Test("binary cross entropy: weights, positive weights, reductions, extremes")
  func binaryCrossEntropy() throws {
    try OperationFixture.check("bce_with_logits") { test, x in
      [
        "y": try #require(x["x"]).binaryCrossEntropyWithLogits(
          try #require(x["target"]), weights: x["weight"], positiveWeights: x["pos_weight"],
          reduction: reduction(test))
      ]
    }
  }

  @Test("focal loss")
  func focal() throws {
    try OperationFixture.check("focal") { test, x in
      [
        "y": try #require(x["x"]).focalLoss(
          try #require(x["target"]), gamma: try #require(test.double("gamma")),
          weights: x["weight"], reduction: reduction(test))
      ]
    }
  }

  @Test("mean squared error")
  func mse() throws {
    try OperationFixture.check("mse") { test, x in
      ["y": try #require(x["x"]).mseLoss(try #require(x["target"]), reduction: reduction(test))]
    }
  }

  @Test("L1 and smooth L1 loss")
  func absolute() {
    let (x, t) = (Tensor([1, 2, -3] as [Float]), Tensor([1, 2.5, 1] as [Float]))
    expectClose(x.l1Loss(t, reduction: .none).floatScalars, [0, 0.5, 4])
    expectClose(x.smoothL1Loss(t, beta: 2, reduction: .none).floatScalars, [0, 0.0625, 3])
    expectClose([x.l1Loss(t).item], [1.5])
  }

  @Test("invalid targets trap")
  func refusals() async {
    await #expect(processExitsWith: .failure) {
      _ = Tensor.ones([2, 3]).crossEntropy(Tensor([0, 3] as [Int64]))
    }
    await #expect(processExitsWith: .failure) {
      _ = Tensor.ones([2, 3]).crossEntropy(Tensor([0, 1, 2] as [Int64]))
    }
    await #expect(processExitsWith: .failure) {
      _ = Tensor.ones([2, 3]).crossEntropy(Tensor([0, 1] as [Int64]), weights: Tensor.ones([2]))
    }
    await #expect(processExitsWith: .failure) {
      _ = Tensor.ones([2, 3]).binaryCrossEntropyWithLogits(Tensor.ones([3]))
    }
    await #expect(processExitsWith: .failure) { _ = Tensor.ones([2, 3]).mseLoss(Tensor.ones([3])) }
  }
}

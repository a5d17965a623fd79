import DataBlocks
import Foundation
import Hooks
import Imaging
import Interpret
import Layers
import Tensors
import TestSupport
import Testing
import Training

@Suite("Activation statistics")
struct ActivationStatsTests {
  /// Two layers with parameters around one without.
  private final class Net: Module {
    let first = Linear(3, 4)
    let relu = ReLU()
    let last = Linear(4, 2)
    override func forward(_ input: Tensor) -> Tensor { last(relu(first(input))) }
  }

  private func learner(_ net: Net) -> Learner {
    net.initialize(seed: 3)
    let inputs = Tensor((0..<(8 * 3)).map { Float($0 % 7) / 3 - 1 }, shape: [8, 3])
    let batches = TensorBatches(
      inputs: inputs, targets: Tensor([0, 1, 0, 1, 1, 0, 1, 0] as [Int64]), batchSize: 2)
    let learner = Learner(model: net, train: batches, valid: batches)
    learner.report = { _ in }
    return learner
  }

  /// Repeats a fixed output, whatever comes in.
  private final class Fixed: Module {
    let weight = Parameter(shape: [2], initializer: .zeros)
    let identity = Identity()
    override func forward(_ input: Tensor) -> Tensor {
      let fixed = Tensor(ActivationStatsTests.values, shape: [2, 7])
      return identity(fixed)[0..., 0..<2] + weight.watched(with: input)
    }
  }
  private final class Identity: Module {
    override func forward(_ input: Tensor) -> Tensor { input }
  }

  fileprivate static let values: [Float] = [
    -1, -0.05, 0, 0.04, 0.05, 0.06, 0.25, 0.5, 1, 3.99, 4, 9.99, 10, 12.5,
  ]

  // numpy 2.4.6 by fastai 2.8.12's formulas: x.mean(), x.std(ddof=1), (x <= 0.05).mean(),
  // np.histogram(x, 40, (0, 10)).
  @Test("mean, deviation, share near zero and histogram are fastai's")
  func numbers() throws {
    let model = Fixed()
    model.initialize(seed: 1)
    let inputs = Tensor.zeros([2, 3])
    let batches = TensorBatches(
      inputs: inputs, targets: Tensor([0, 1] as [Int64]), batchSize: 2)
    let learner = Learner(model: model, train: batches)
    learner.report = { _ in }
    let stats = ActivationStats(modules: [model.identity], withHistogram: true)
    try learner.fit(1, callbacks: [stats])
    #expect(stats.names == ["identity"] && stats.stats.count == 1)
    let found = try #require(stats.stats[0][0])
    expectClose(
      [found.mean, found.std, found.nearZero],
      [2.952142841315695, 4.542795077630914, 0.35714285714285715], absolute: 1e-12)
    var expected = [Int](repeating: 0, count: 40)
    for (bin, count) in [(0, 4), (1, 1), (2, 1), (4, 1), (15, 1), (16, 1), (39, 2)] {
      expected[bin] = count
    }
    #expect(found.histogram == expected)
    let rows = stats.hist(-1)
    #expect(rows.count == 40 && rows[0] == [log1p(4)] && rows[39] == [log1p(2)])
  }

  @Test("layers with parameters are recorded at each training step, not in validation")
  func steps() throws {
    let net = Net()
    let learner = learner(net)
    var order: [Tensor] = []
    let number = net.first.registerForwardHook { module, _, output in
      if module.isTraining { order.append(output.detached) }
    }
    let stats = ActivationStats()
    try learner.fit(2, callbacks: [stats])
    net.first.removeHook(number)
    #expect(stats.names == ["first", "last"])
    #expect(stats.stats.count == 8 && stats.steps == Array(0..<8) && order.count == 8)
    let means = order.map { output in
      output.floatScalars.reduce(0) { $0 + Double($1) } / Double(output.count)
    }
    expectClose(stats.layerStats(0).mean, means, absolute: 1e-12)
    #expect(stats.layerStats(-2).std == stats.layerStats(0).std)
    #expect(stats.stats[0][0]?.histogram.isEmpty == true)
    // The hooks are gone.
    #expect(!net.first.isHooked && !net.last.isHooked)
    // A new fit starts anew.
    try learner.fit(1, callbacks: [stats])
    #expect(stats.stats.count == 4)
  }

  @Test("every third step; recomputation counts once; training is the same")
  func every() throws {
    let (net, plain) = (Net(), Net())
    net.first.recomputesInBackward = true
    let learner = learner(net)
    let stats = ActivationStats(every: 3)
    try learner.fit(2, callbacks: [stats])
    #expect(stats.steps == [0, 3, 6])
    let reference = self.learner(plain)
    let all = ActivationStats()
    try reference.fit(2, callbacks: [all])
    expectClose(
      stats.layerStats(0).mean, [0, 3, 6].map { all.layerStats(0).mean[$0] }, absolute: 1e-6)
    let undisturbed = Net()
    try self.learner(undisturbed).fit(2)
    #expect(
      undisturbed.parameters.map(\.value.floatScalars)
        == plain.parameters.map(\.value.floatScalars))
  }

  @Test("figures")
  func figures() throws {
    let stats = ActivationStats(withHistogram: true)
    try learner(Net()).fit(2, callbacks: [stats])
    #expect(stats.plotLayerStats(-1).svg().contains("% near zero"))
    #expect(stats.plotLayerStats(0).drawn().width > 1000)
    #expect(stats.colorDim(0).drawn().width > 600)
  }

  @Test("no histogram and no such layer trap")
  func traps() async {
    await #expect(processExitsWith: .failure) { _ = ActivationStats().hist(0) }
    await #expect(processExitsWith: .failure) { _ = ActivationStats(every: 0) }
  }
}

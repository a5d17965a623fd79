import Foundation
public import Layers
import Tensors
public import Training

/// Records means, standard deviations and shares near zero of activations in training: fastai's `ActivationStats`.
///
///     let stats = ActivationStats(withHistogram: true)
///     try learner.fit(1, callbacks: [stats])
///     try stats.colorDim(-2).write(to: "activations.png")
///
/// Numbers are taken while a layer's output is in memory, so no activations are kept. Validation batches and
/// repeated forward passes of recomputation do not count.
public final class ActivationStats: Callback {
  /// The activations of one layer in one step.
  public struct LayerStats: Sendable, Equatable {
    /// The mean.
    public let mean: Double
    /// The standard deviation, with the number of values less one as divisor, as in PyTorch.
    public let std: Double
    /// The fraction of values up to 0.05 (`near_zero`), negative ones included, as in fastai.
    public let nearZero: Double
    /// The number of values in each of 40 bins from 0 to 10 (`torch.histc`).
    ///
    /// Values outside are not counted. Empty without `withHistogram`.
    public let histogram: [Int]
  }

  /// Runs before all other callbacks, as in fastai.
  public let order = -20
  /// Record every so many training batches (`every`); nil: each.
  public let every: Int?
  /// Whether histograms are recorded (`with_hist`).
  public let withHistogram: Bool
  /// The paths of the layers; "layer 0" and so on if modules were given.
  public private(set) var names: [String] = []
  /// The statistics of the last fit: one element per recorded step, with one per layer; nil for a layer that did not
  /// run.
  public private(set) var stats: [[LayerStats?]] = []
  /// The training step of each element of `stats`, from 0.
  public private(set) var steps: [Int] = []

  private let given: [Module]?
  private(set) var modules: [Module] = []
  private var hooks: [Int] = []
  private var current: [LayerStats?] = []
  private var isRecording = false

  /// Creates a recorder.
  ///
  /// - Parameters:
  ///   - modules: The layers. Default: all modules without children that have parameters.
  ///   - every: Record every so many training batches. Default: each.
  ///   - withHistogram: Whether to record histograms, for `colorDim` (`with_hist`).
  /// - Precondition: `every` is positive.
  public init(modules: [Module]? = nil, every: Int? = nil, withHistogram: Bool = false) {
    precondition(every.map { $0 > 0 } ?? true, "every \(every ?? 0) batches")
    given = modules
    self.every = every
    self.withHistogram = withHistogram
  }

  deinit { remove() }

  /// Starts new statistics and hooks the layers.
  public func beforeFit(_ learner: Learner) throws {
    remove()
    stats = []
    steps = []
    let known = learner.model.namedModules
    if let given {
      modules = given
      names = given.enumerated().map { number, module in
        known.first { $0.module === module }?.path ?? "layer \(number)"
      }
    } else {
      let leaves = known.filter { path, module in
        module.namedChildren.isEmpty && !module.namedParameters.isEmpty
      }
      modules = leaves.map(\.module)
      names = leaves.map(\.path)
    }
    current = [LayerStats?](repeating: nil, count: modules.count)
    isRecording = false
    for (index, module) in modules.enumerated() {
      hooks.append(
        module.registerForwardHook { [weak self] _, _, output in
          guard let self, self.isRecording else { return }
          self.current[index] = LayerStats(output, withHistogram: self.withHistogram)
        })
    }
  }

  func restore(steps: [Int], stats: [[LayerStats?]]) {
    self.steps = steps
    self.stats = stats
  }

  /// Decides whether the batch is recorded.
  public func beforeBatch(_ learner: Learner) throws {
    isRecording = learner.isTraining && learner.iteration % (every ?? 1) == 0
    if isRecording { current = [LayerStats?](repeating: nil, count: modules.count) }
  }

  /// Keeps the statistics of the batch.
  public func afterBatch(_ learner: Learner) throws {
    guard isRecording else { return }
    isRecording = false
    stats.append(current)
    steps.append(learner.iteration)
  }

  /// Removes the hooks.
  public func afterFit(_ learner: Learner) throws { remove() }

  private func remove() {
    for (module, hook) in zip(modules, hooks) { module.removeHook(hook) }
    hooks = []
    isRecording = false
  }

  /// Mean, standard deviation and share near zero of a layer by step (`layer_stats`); NaN where it did not run.
  ///
  /// - Parameter index: The layer; negative numbers count from the end.
  /// - Returns: One number per recorded step.
  public func layerStats(_ index: Int) -> (mean: [Double], std: [Double], nearZero: [Double]) {
    let found = column(index)
    return (
      found.map { $0?.mean ?? .nan }, found.map { $0?.std ?? .nan },
      found.map { $0?.nearZero ?? .nan }
    )
  }

  /// The logarithm, ln(1 + n), of the histogram of a layer by step (`hist`).
  ///
  /// - Parameter index: The layer; negative numbers count from the end.
  /// - Returns: 40 rows from values near 0 to values near 10, with one number per recorded step.
  /// - Precondition: Histograms were recorded.
  public func hist(_ index: Int) -> [[Double]] {
    precondition(withHistogram, "there are no histograms: use ActivationStats(withHistogram: true)")
    let found = column(index)
    return (0..<LayerStats.binCount).map { bin in
      found.map { log1p(Double($0?.histogram[bin] ?? 0)) }
    }
  }

  private func column(_ index: Int) -> [LayerStats?] {
    let place = position(index)
    return stats.map { $0[place] }
  }

  /// The position of a layer, of which negative numbers count from the end.
  func position(_ index: Int) -> Int {
    let place = index < 0 ? names.count + index : index
    precondition(names.indices.contains(place), "layer \(index) of \(names.count)")
    return place
  }
}

extension ActivationStats.LayerStats {
  /// The bins of a histogram.
  static let binCount = 40

  /// Measures a tensor.
  init(_ tensor: Tensor, withHistogram: Bool) {
    let values = tensor.detached.converted(to: .float32).floatScalars
    let n = Double(values.count)
    var sum = 0.0
    var near = 0
    for value in values {
      sum += Double(value)
      if value <= 0.05 { near += 1 }
    }
    let mean = sum / n
    var squares = 0.0
    for value in values {
      let distance = Double(value) - mean
      squares += distance * distance
    }
    var bins: [Int] = []
    if withHistogram {
      bins = [Int](repeating: 0, count: Self.binCount)
      for value in values where value >= 0 && value <= 10 {
        bins[min(Int(value * 4), Self.binCount - 1)] += 1
      }
    }
    self.init(
      mean: mean, std: (squares / (n - 1)).squareRoot(), nearZero: Double(near) / n,
      histogram: bins)
  }
}

package import DataBlocks
import Dispatch
package import Layers
import Tensors
import Training

/// The time of epochs over images beside the same steps on one random batch, and of loading alone.
package struct DataBenchmark: Sendable {
  /// Where the batches of an epoch come from.
  package enum Source: String, CaseIterable, Encodable, Sendable {
    /// One random batch in memory.
    case random
    /// Files, which are read, transformed and kept in memory before.
    case cached
    /// Files, which are read and transformed in the epoch.
    case files
  }

  /// The seconds of an epoch by source, one number per round.
  package private(set) var epochs: [Source: [Double]] = [:]
  /// The seconds of loading an epoch's images on one thread without steps, one number per round; nothing for `random`.
  package private(set) var loading: [Source: [Double]] = [:]
  /// The number of images in an epoch.
  package let imageCount: Int
  /// The number of steps in an epoch.
  package let stepCount: Int

  /// Loads and trains epochs, each source once per round, in turn.
  ///
  /// - Parameters:
  ///   - loader: The training images.
  ///   - model: The network; nil: only loading is timed.
  ///   - rounds: The number of rounds.
  /// - Throws: `DataError`.
  package init(of loader: DataLoader, model: Module?, rounds: Int) throws {
    let kept = try loader.copy(caching: .memory)
    (imageCount, stepCount) = (kept.itemCount, kept.batchCount)
    try Self.each(of: kept) { _ in }
    let alone = try loader.copy(workers: 0, caching: .memory)
    try Self.each(of: alone) { _ in }
    let random = try kept.oneBatch().randomized()
    let step = model.map { model -> (Batch) -> Void in
      let step = TrainingStep(model: model)
      return { batch in if let targets = batch.targets { step(batch.inputs, targets) } }
    }
    for _ in 0..<2 { step?(random) }
    for _ in 0..<rounds {
      if let step {
        epochs[.random, default: []].append(
          try Self.seconds { for _ in 0..<kept.batchCount { step(random) } })
        epochs[.cached, default: []].append(
          try Self.seconds { try Self.each(of: kept) { step($0) } })
        let files = try loader.copy(caching: .off)
        epochs[.files, default: []].append(
          try Self.seconds { try Self.each(of: files) { step($0) } })
      }
      loading[.cached, default: []].append(try Self.seconds { try Self.each(of: alone) { _ in } })
      let files = try loader.copy(workers: 0, caching: .off)
      loading[.files, default: []].append(try Self.seconds { try Self.each(of: files) { _ in } })
    }
  }

  /// The median over the rounds of an epoch's seconds, divided by those of the steps on random data.
  package var ratios: [Source: Double] {
    let random = epochs[.random] ?? []
    return epochs.filter { $0.key != .random }.mapValues { all in
      median(zip(all, random).map { $0 / $1 })
    }
  }

  /// Images per second of loading on one thread, at the median time.
  package var rates: [Source: Double] { loading.mapValues { Double(imageCount) / median($0) } }

  private static func each(of loader: DataLoader, _ body: (Batch) -> Void) throws {
    var batches = loader.batches(epoch: 1)
    while let batch = try batches.next() { body(batch) }
  }

  private static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = DispatchTime.now().uptimeNanoseconds
    try body()
    return Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
  }
}

extension Batch {
  /// The same targets with normal random numbers as inputs.
  fileprivate func randomized() -> Batch {
    var random = RandomSource(seed: 1)
    let values = (0..<inputs.shape.reduce(1, *)).map { _ in Float(random.normal()) }
    return Batch(
      inputs: Tensor(values, shape: inputs.shape), targets: targets, itemIndices: itemIndices)
  }
}

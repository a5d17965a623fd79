import Console
import Tensors

/// What a `DataBlock` makes of a source, step by step: the text of fastai's `summary`.
public struct DataBlockSummary: Sendable, CustomStringConvertible {
  /// The steps, one per line, with the sizes on the way.
  public private(set) var description = ""
  /// The error that ended the walk; nil if a batch was made.
  public private(set) var failure: (any Error)?

  fileprivate mutating func add(_ line: String) { description += line.printable + "\n" }

  /// Does a step, and records its failure.
  fileprivate mutating func attempt<Value>(
    _ step: String, _ body: () throws -> Value
  ) -> Value? {
    do {
      return try body()
    } catch {
      failure = error
      add("failed at \(step): \(error)")
      return nil
    }
  }
}

extension DataBlock {
  /// Walks one source through every step, and says where and why it fails, with the sizes on the way (`summary`).
  ///
  ///     print(block.summary(table.rows))
  ///
  /// The transforms run one by one here; loaders fuse neighbors, with the same sizes.
  ///
  /// - Parameters:
  ///   - sources: All sources.
  ///   - batchSize: Items of the batch that is made at the end (`bs`).
  ///   - seed: Seeds the random transforms.
  /// - Returns: The text, and the error if there was one.
  public func summary(
    _ sources: [Source], batchSize: Int = 4, seed: UInt64 = 42
  ) -> DataBlockSummary {
    var summary = DataBlockSummary()
    summary.add("items: \(sources.count)")
    guard
      let items = summary.attempt("the items", { sources.isEmpty ? try [none()] : items(sources) }),
      let parts = summary.attempt("the split", { try splitter.split(items) })
    else { return summary }
    summary.add(
      "split by \(type(of: splitter)): \(parts.train.count) for training, \(parts.valid.count) for validation"
    )
    let train = parts.train.map { items[$0] }
    guard let first = summary.attempt("the split", { try train.first ?? none() }) else {
      return summary
    }
    guard
      let target = summary.attempt(
        "\(type(of: target))", { try target.fitted(to: train) as any TargetBlock })
    else { return summary }
    summary.walk(first, pipeline, target, mode: .training, seed: seed)
    guard summary.failure == nil else { return summary }
    let batch = Array(train.prefix(batchSize))
    summary.makeBatch(of: batch.count) {
      try DataLoader(
        batch, pipeline: pipeline, target: target, mode: .training, batchSize: batch.count,
        workers: 0, seed: seed)
    }
    return summary
  }

  private func none() throws(DataError) -> DataItem { throw DataError(.noItems("training")) }
}

extension DataLoader {
  /// Walks the first item through every transform, and makes a batch, with the sizes on the way (`summary`).
  ///
  /// - Returns: The text, and the error if there was one.
  public func summary() -> DataBlockSummary {
    var summary = DataBlockSummary()
    guard let first = items.first else {
      summary.add("no items")
      return summary
    }
    summary.walk(first, pipeline, target, mode: mode, seed: seed)
    if summary.failure == nil, batchCount > 0 {
      summary.makeBatch(of: min(batchSize, items.count)) { self }
    }
    return summary
  }
}

extension DataBlockSummary {
  /// Runs the transforms on an item, until one fails.
  fileprivate mutating func walk(
    _ item: DataItem, _ pipeline: Pipeline, _ target: any TargetBlock, mode: PipelineMode,
    seed: UInt64
  ) {
    add("first item: \(item.name), label \(item.label.map { "\"\($0)\"" } ?? "none")")
    let names = target.vocab.isEmpty ? "numbers" : target.vocab.joined(separator: " | ")
    add("target \(type(of: target)): \(target.outputCount) outputs, \(names)")
    var sample = Sample(.file(item.path), label: item.label, frame: item.frame)
    let steps = pipeline.trace(
      &sample, mode: mode,
      Pipeline.Streams(
        item: RandomSource(seed: seed, 0, 0, 0xA06), batch: RandomSource(seed: seed, 0, 0, 0xC409))
    ) { (sample: inout Sample) throws(DataError) in
      if sample.label != nil { try target.annotate(&sample) }
    }
    for step in steps {
      if let failure = step.failure {
        _ = attempt(step.name) { throw failure.at(item.name) }
        return
      }
      let ends = step.range.map { [$0.lowerBound, $0.upperBound] } ?? []
      let range = ends.map { NumberFormat.significant(Double($0), 3) }.joined(separator: " to ")
      add(
        "  \(step.name): \(step.size?.height ?? 0) x \(step.size?.width ?? 0), \(step.channels) "
          + "channel\(step.channels == 1 ? "" : "s")\(step.is8Bit ? " of 8 bits" : ""), \(range)")
    }
  }

  /// Makes a batch with a loader.
  fileprivate mutating func makeBatch(of count: Int, _ loader: () throws -> DataLoader) {
    guard let batch = attempt("a batch of \(count)", { try loader().oneBatch() }) else { return }
    let targets = batch.targets.map { "\($0.shape) \($0.dtype)" } ?? "none"
    add("batch: inputs \(batch.inputs.shape) \(batch.inputs.dtype), targets \(targets)")
  }
}

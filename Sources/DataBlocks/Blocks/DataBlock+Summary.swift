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
    summary.add(
      "first training item: \(first.name), label \(first.label.map { "\"\($0)\"" } ?? "none")")
    guard
      let target = summary.attempt(
        "\(type(of: target))", { try target.fitted(to: train) as any TargetBlock })
    else { return summary }
    let names = target.vocab.isEmpty ? "numbers" : target.vocab.joined(separator: " | ")
    summary.add("target \(type(of: target)): \(target.outputCount) outputs, \(names)")

    guard walk(first, target, seed, &summary) else { return summary }
    makeBatch(train, target, batchSize, seed, &summary)
    return summary
  }

  private func none() throws(DataError) -> DataItem { throw DataError(.noItems("training")) }

  /// Runs the transforms on an item; false if one fails.
  private func walk(
    _ item: DataItem, _ target: any TargetBlock, _ seed: UInt64, _ summary: inout DataBlockSummary
  ) -> Bool {
    var sample = Sample(.file(item.path), label: item.label, frame: item.frame)
    let steps = pipeline.trace(
      &sample, mode: .training,
      Pipeline.Streams(
        item: RandomSource(seed: seed, 0, 0, 0xA06), batch: RandomSource(seed: seed, 0, 0, 0xC409))
    ) { (sample: inout Sample) throws(DataError) in
      if sample.label != nil { try target.annotate(&sample) }
    }
    for step in steps {
      if let failure = step.failure {
        return summary.attempt(step.name, { throw failure.at(item.name) }) != nil
      }
      let range = step.range.map {
        ", \(NumberFormat.significant(Double($0.lowerBound), 3)) to \(NumberFormat.significant(Double($0.upperBound), 3))"
      }
      summary.add(
        "  \(step.name): \(step.size?.height ?? 0) x \(step.size?.width ?? 0), \(step.channels) "
          + "channel\(step.channels == 1 ? "" : "s")\(step.is8Bit ? " of 8 bits" : "")\(range ?? "")"
      )
    }
    return true
  }

  private func makeBatch(
    _ train: [DataItem], _ target: any TargetBlock, _ batchSize: Int, _ seed: UInt64,
    _ summary: inout DataBlockSummary
  ) {
    let items = Array(train.prefix(batchSize))
    let batch = summary.attempt("a batch of \(items.count)") {
      try DataLoader(
        items, pipeline: pipeline, target: target, mode: .training, batchSize: items.count,
        workers: 0, seed: seed
      ).oneBatch()
    }
    guard let batch else { return }
    let targets = batch.targets.map { "\($0.shape) \($0.dtype)" } ?? "none"
    summary.add("batch: inputs \(batch.inputs.shape) \(batch.inputs.dtype), targets \(targets)")
  }
}

public import Tensors

/// Batches of tensors in memory, in order.
public struct TensorBatches: BatchSource {
  private let inputs: Tensor
  private let targets: Tensor?
  private let batchSize: Int
  private let dropsLast: Bool

  /// Creates a source from the inputs and targets of all items.
  ///
  /// - Parameters:
  ///   - inputs: `[items, …]`, float32.
  ///   - targets: `[items]`, int64, or nil.
  ///   - batchSize: Items per batch.
  ///   - dropsLast: Leave out a last batch that is not full (`drop_last`).
  public init(inputs: Tensor, targets: Tensor?, batchSize: Int, dropsLast: Bool = false) {
    precondition(batchSize > 0, "the batch size must be at least 1, not \(batchSize)")
    self.inputs = inputs
    self.targets = targets
    self.batchSize = batchSize
    self.dropsLast = dropsLast
  }

  /// The number of items in an epoch.
  public var itemCount: Int { dropsLast ? batchCount * batchSize : inputs.shape[0] }

  /// The number of batches in an epoch.
  public var batchCount: Int {
    dropsLast ? inputs.shape[0] / batchSize : (inputs.shape[0] + batchSize - 1) / batchSize
  }

  /// The same batches in every epoch.
  public func batches(epoch: Int) -> any BatchIterator { Iterator(source: self) }

  /// The batches from one on.
  public func batches(epoch: Int, from start: Int) -> any BatchIterator {
    Iterator(source: self, index: start)
  }

  private struct Iterator: BatchIterator {
    let source: TensorBatches
    var index = 0
    var position: Int? { index }

    mutating func next() throws -> Batch? {
      guard index < source.batchCount else { return nil }
      let start = index * source.batchSize
      let end = min(start + source.batchSize, source.inputs.shape[0])
      index += 1
      return Batch(
        inputs: source.inputs.sliced(axis: 0, start..<end),
        targets: source.targets.map { targets in
          targets.dtype == .int64
            ? Tensor(Array(targets.scalars(as: Int64.self)[start..<end]))
            : targets.sliced(axis: 0, start..<end)
        }, itemIndices: Array(start..<end))
    }
  }
}

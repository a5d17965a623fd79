public import Tensors

/// The inputs and targets of some items.
public struct Batch: Sendable {
  /// The model's input: `[items, channels, height, width]` for images.
  public var inputs: Tensor
  /// The targets, such as int64 class indices, `[items]`; nil without labels.
  public var targets: Tensor?
  /// Indices of the items in their source.
  public var itemIndices: [Int]
  /// The SOPInstanceUID of each item, nil for files that are not DICOM; empty if the source has no files.
  package var sopInstanceUIDs: [String?] = []

  /// Creates a batch.
  ///
  /// - Precondition: Inputs, targets and indices have the same number of items.
  public init(inputs: Tensor, targets: Tensor?, itemIndices: [Int]) {
    precondition(
      inputs.rank > 0 && inputs.shape[0] == itemIndices.count
        && (targets.map { $0.rank > 0 && $0.shape[0] == itemIndices.count } ?? true),
      "a batch of inputs \(inputs.shape), targets \(targets?.shape ?? []) and \(itemIndices.count) indices"
    )
    self.inputs = inputs
    self.targets = targets
    self.itemIndices = itemIndices
  }

  /// The number of items.
  public var count: Int { itemIndices.count }
}

/// A source of batches, such as a `DataLoader` or tensors in memory.
public protocol BatchSource: Sendable {
  /// The number of batches in an epoch.
  var batchCount: Int { get }
  /// The number of items in an epoch.
  var itemCount: Int { get }
  /// The batches of an epoch; the same for the same number.
  func batches(epoch: Int) -> any BatchIterator
  /// The batches of an epoch without the first ones, for training that continues within an epoch.
  ///
  /// Default: reads all batches and drops the first.
  func batches(epoch: Int, from start: Int) -> any BatchIterator
}

extension BatchSource {
  /// Reads all batches of the epoch and drops the first.
  public func batches(epoch: Int, from start: Int) -> any BatchIterator {
    start == 0 ? batches(epoch: epoch) : RemainingBatches(batches(epoch: epoch), from: start)
  }
}

/// An iterator over the batches of an epoch.
public protocol BatchIterator {
  /// The number of batches of the epoch that were returned or left out so far; nil if all were returned.
  var position: Int? { get }
  /// Returns the next batch; nil at the end.
  ///
  /// - Throws: An item that cannot be read, if the policy is to stop.
  mutating func next() throws -> Batch?
}

extension BatchIterator {
  /// Nil: no batch is left out.
  public var position: Int? { nil }
}

/// The batches of an iterator without the first ones.
private struct RemainingBatches: BatchIterator {
  private var iterator: any BatchIterator
  private let start: Int
  private var returned = 0

  init(_ iterator: any BatchIterator, from start: Int) {
    self.iterator = iterator
    self.start = start
  }

  private var current: Int { iterator.position ?? returned }
  var position: Int? { iterator.position ?? max(returned, start) }

  mutating func next() throws -> Batch? {
    while let batch = try iterator.next() {
      returned += 1
      if current > start { return batch }
    }
    return nil
  }
}

public import Tensors

/// Some items, ready for the model.
public struct Batch: Sendable {
  /// What the model sees: `[items, channels, height, width]` for images.
  public var inputs: Tensor
  /// What it should say: int64 classes `[items]` for a category; nil where there is no label.
  public var targets: Tensor?
  /// Positions of the items in the source they came from.
  public var itemIndices: [Int]

  /// Makes a batch.
  ///
  /// - Precondition: inputs, targets and indices have the same number of items.
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

  /// Number of items.
  public var count: Int { itemIndices.count }
}

/// Something that gives batches, epoch after epoch: a `DataLoader`, or tensors in memory.
public protocol BatchSource: Sendable {
  /// Batches in an epoch.
  var batchCount: Int { get }
  /// Items in an epoch.
  var itemCount: Int { get }
  /// The batches of an epoch, always the same for the same number.
  func batches(epoch: Int) -> any BatchIterator
}

/// One walk through the batches of an epoch.
public protocol BatchIterator {
  /// The next batch; nil at the end. Throws where an item cannot be read and the policy is to stop.
  mutating func next() throws -> Batch?
}

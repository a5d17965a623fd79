/// Which items an epoch of training has, and how they become batches.
package struct EpochItems: Sendable {
  /// How they are drawn.
  package var sampling: ItemSampling
  /// The number of items that are drawn (fastai's `n`, and `partial_n` of `PartialDL`); nil: as many as there are.
  package var count: Int?
  /// Whether a last batch that is not full is left out (`drop_last`).
  package var dropsLast: Bool

  /// Creates a choice.
  ///
  /// - Precondition: The count is at least 1.
  package init(
    _ sampling: ItemSampling = .shuffled, count: Int? = nil, dropsLast: Bool = true
  ) {
    precondition(count ?? 1 > 0, "an epoch of \(count ?? 0) items")
    self.sampling = sampling
    self.count = count
    self.dropsLast = dropsLast
  }

  /// The number of items in the batches of an epoch.
  ///
  /// - Parameters:
  ///   - available: The number of items.
  ///   - batchSize: Items per batch.
  /// - Returns: At most the number that is drawn.
  func itemCount(of available: Int, batchSize: Int) -> Int {
    let drawn = min(count ?? available, available)
    let rest = drawn % batchSize
    // Batch norm cannot train on a single item.
    return dropsLast || (rest == 1 && batchSize > 1) ? drawn - rest : drawn
  }
}

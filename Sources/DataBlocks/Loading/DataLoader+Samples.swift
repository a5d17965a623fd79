public import Tensors

extension DataLoader {
  /// The first batch of an epoch (`one_batch`).
  ///
  /// - Throws: `DataError` if an item cannot be read, or if there is no batch.
  public func oneBatch(epoch: Int = 0) throws -> Batch {
    var batches: any BatchIterator = PlainBatches(
      loader: self, plan: plan(epoch: epoch), epoch: epoch, from: 0)
    guard let batch = try batches.next() else {
      throw DataError(
        items.isEmpty
          ? .noItems("a batch") : .batchNotFilled(items: items.count, batchSize: batchSize))
    }
    return batch
  }

  /// The items of a batch as they go into it, but before a last `Normalize`: image, label, masks, boxes and geometry.
  ///
  ///     for sample in try dataLoaders.train.samples() { print(sample.label ?? "", sample.boxesInImage) }
  ///
  /// - Parameters:
  ///   - batch: The number of the batch, from 0.
  ///   - epoch: The epoch, which selects the order and the random transforms of training.
  /// - Returns: One sample per item; its `values` are from 0 to 1.
  /// - Throws: `DataError` if an item cannot be read.
  /// - Precondition: The epoch has such a batch.
  public func samples(ofBatch batch: Int = 0, epoch: Int = 0) throws(DataError) -> [Sample] {
    let plan = plan(epoch: epoch)
    precondition(plan.indices.contains(batch), "batch \(batch) of \(plan.count)")
    var samples: [Sample] = []
    for index in plan[batch] { samples.append(try sample(index, epoch: epoch, batch: batch)) }
    return samples
  }

  /// One item in several epochs: what the random transforms make of it.
  ///
  /// - Parameters:
  ///   - index: The item.
  ///   - epochs: The epochs.
  /// - Returns: One sample per epoch.
  /// - Throws: `DataError` if the item cannot be read.
  /// - Precondition: There is such an item.
  public func samples(ofItem index: Int, epochs: Range<Int>) throws(DataError) -> [Sample] {
    precondition(items.indices.contains(index), "item \(index) of \(items.count)")
    var samples: [Sample] = []
    for epoch in epochs { samples.append(try sample(index, epoch: epoch, batch: epoch)) }
    return samples
  }
}

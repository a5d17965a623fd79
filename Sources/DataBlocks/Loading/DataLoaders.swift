/// The loaders for training and validation: fastai's `DataLoaders`.
public struct DataLoaders: Sendable {
  /// Shuffled, in training mode.
  public let train: DataLoader
  /// In order, in validation mode; nil if there are no validation items.
  public let valid: DataLoader?
  /// From a file to the model's input.
  public let pipeline: Pipeline
  /// From labels to targets, fitted to the training items.
  public let target: any TargetBlock
  private let workers: Int?

  /// Creates loaders from items that have been split.
  ///
  /// - Parameters:
  ///   - train: The items to train on.
  ///   - valid: The items to validate on.
  ///   - pipeline: From a file to the model's input.
  ///   - target: From labels to targets.
  ///   - batchSize: Items per batch (`bs`).
  ///   - workers: Threads that read and transform; 0: the calling thread (`num_workers`). Default: all cores.
  ///   - seed: Seeds order and random transforms.
  ///   - unreadable: What to do about files that cannot be read.
  ///   - sampling: Which training items an epoch has; others than `.shuffled` draw with replacement.
  ///   - itemsPerEpoch: Training items in an epoch, each time others: fastai's `n`, and `partial_n` of
  ///     `partial_dataloaders`. Default: all.
  ///   - dropsLast: Leave out a last training batch that is not full (`drop_last`). One with a single item always is,
  ///     since batch norm cannot train on it.
  ///   - caching: Where images are kept after the transforms whose result is the same in each epoch.
  /// - Precondition: `itemsPerEpoch` is at least 1.
  /// - Throws: `DataError` if a side is empty, if there is one class only, or if a validation label does
  ///   not occur in training.
  public init(
    train: [DataItem], valid: [DataItem], pipeline: Pipeline,
    target: any TargetBlock = CategoryBlock(), batchSize: Int = 64, workers: Int? = nil,
    seed: UInt64 = 42, unreadable: UnreadablePolicy = .stop, sampling: ItemSampling = .shuffled,
    itemsPerEpoch: Int? = nil, dropsLast: Bool = true,
    caching: ImageCaching = .memory
  ) throws(DataError) {
    guard !train.isEmpty else { throw DataError(.noItems("training")) }
    // After the split, so that the frames of a file are on one side.
    let train = pipeline.itemsPerFrame(train, workers: workers)
    let valid = pipeline.itemsPerFrame(valid, workers: workers)
    let target = try target.fitted(to: train)
    let pipeline = try pipeline.measured(on: train, workers: workers, unreadable: unreadable)
    func loader(_ items: [DataItem], _ mode: PipelineMode) throws(DataError) -> DataLoader {
      try DataLoader(
        items, pipeline: pipeline, target: target, mode: mode, batchSize: batchSize,
        workers: workers, seed: seed, unreadable: unreadable,
        epochItems: EpochItems(sampling, count: itemsPerEpoch, dropsLast: dropsLast),
        caching: caching)
    }
    self.train = try loader(train, .training)
    self.valid = valid.isEmpty ? nil : try loader(valid, .validation)
    self.pipeline = pipeline
    self.target = target
    self.workers = workers
  }

  /// The error of one file, or one that lists all files that cannot be read, if there are more.
  package func listingUnreadable(_ error: any Error) -> any Error {
    DataLoader.listing(error, of: [train] + (valid.map { [$0] } ?? []))
  }

  /// The classes; empty if the target is not a class.
  public var vocab: [String] { target.vocab }

  /// A loader for files outside of training, in their order (`test_dl`).
  public func testLoader(_ paths: [String], batchSize: Int? = nil) throws(DataError) -> DataLoader {
    try testLoader(items: paths.map { DataItem(path: $0) }, batchSize: batchSize)
  }

  /// A loader for items outside of training, in their order, with their labels (`test_dl`).
  ///
  /// - Throws: `DataError` if a label is not in the vocabulary.
  public func testLoader(
    items: [DataItem], batchSize: Int? = nil
  ) throws(DataError) -> DataLoader {
    try DataLoader(
      items, pipeline: pipeline, target: target, mode: .validation,
      batchSize: batchSize ?? train.batchSize, workers: workers)
  }
}

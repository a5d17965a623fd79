import Files
import Tensors

/// From a source to batches: fastai's `DataBlock`.
///
///     let block = DataBlock(
///       blocks: (ImageBlock(), CategoryBlock()),
///       getX: { row in "\(folder)/\(row[0])" }, getY: { row in row[1] },
///       itemTransforms: [Resize(266)],
///       batchTransforms: [RandomResizedCropGPU(226)] + augTransforms(doFlip: false, maxWarp: 0.1))
///     let dataLoaders = try block.dataLoaders(table.rows, batchSize: 32)
public struct DataBlock<Source: Sendable>: Sendable {
  private let makeItem: @Sendable (Source) -> DataItem
  let target: any TargetBlock
  let splitter: any Splitter
  /// From a file to the model's input.
  public let pipeline: Pipeline

  /// Creates a block.
  ///
  /// - Parameters:
  ///   - blocks: The input and the target.
  ///   - getX: The path of a source's file (`get_x`).
  ///   - getY: Its label (`get_y`).
  ///   - getPatient: Its patient, if known.
  ///   - getSplit: Its part of the data, for `ColSplitter`.
  ///   - splitter: Default: `RandomSplitter`, a fifth for validation.
  ///   - itemTransforms: Transforms of 8-bit images, such as `Resize` (`item_tfms`).
  ///   - batchTransforms: Transforms of float images (`batch_tfms`). `Normalize.imageNet` is added if no
  ///     `Normalize` is given.
  /// - Precondition: Some transform fixes the image size.
  public init(
    blocks: (any InputBlock, any TargetBlock) = (ImageBlock(), CategoryBlock()),
    getX: @escaping @Sendable (Source) -> String,
    getY: @escaping @Sendable (Source) -> String?,
    getPatient: @escaping @Sendable (Source) -> String? = { _ in nil },
    getSplit: @escaping @Sendable (Source) -> DataSplit? = { _ in nil },
    splitter: any Splitter = RandomSplitter(), itemTransforms: [any Transform],
    batchTransforms: [any Transform] = []
  ) {
    let acceptsEmptyLabel = blocks.1.acceptsEmptyLabel
    makeItem = {
      let label = getY($0)
      let isMissing = label?.trimmed == "" && !acceptsEmptyLabel
      return DataItem(
        path: getX($0), label: isMissing ? nil : label, split: getSplit($0),
        patient: getPatient($0))
    }
    target = blocks.1
    self.splitter = splitter
    pipeline = Pipeline(blocks.0.transforms + itemTransforms + batchTransforms)
  }

  /// Splits the sources, fits the target block to the training items, and creates the loaders (`dataloaders`).
  ///
  /// - Parameters:
  ///   - sources: All sources.
  ///   - batchSize: Items per batch (`bs`).
  ///   - workers: Threads that read and transform; 0: the calling thread (`num_workers`). Default: all cores.
  ///   - seed: Seeds order and random transforms.
  ///   - unreadable: What to do about files that cannot be read.
  ///   - sampling: Which training items an epoch has; others than `.shuffled` draw with replacement.
  ///   - itemsPerEpoch: Training items in an epoch, each time others (`n`; `partial_n` of `partial_dataloaders`).
  ///     Default: all.
  ///   - dropsLast: Leave out a last training batch that is not full (`drop_last`).
  ///   - caching: Where images are kept after the transforms whose result is the same in each epoch.
  /// - Returns: Loaders for training and validation.
  /// - Throws: `DataError`, and what the splitter throws.
  public func dataLoaders(
    _ sources: [Source], batchSize: Int = 64, workers: Int? = nil, seed: UInt64 = 42,
    unreadable: UnreadablePolicy = .stop, sampling: ItemSampling = .shuffled,
    itemsPerEpoch: Int? = nil, dropsLast: Bool = true, caching: ImageCaching = .memory
  ) throws -> DataLoaders {
    let items = items(sources)
    let (train, valid) = try splitter.split(items)
    return try DataLoaders(
      train: train.map { items[$0] }, valid: valid.map { items[$0] }, pipeline: pipeline,
      target: target, batchSize: batchSize, workers: workers, seed: seed, unreadable: unreadable,
      sampling: sampling, itemsPerEpoch: itemsPerEpoch, dropsLast: dropsLast, caching: caching)
  }
}

extension DataBlock {
  /// The items of sources.
  func items(_ sources: [Source]) -> [DataItem] { sources.map(makeItem) }
}

extension DataBlock where Source == DataItem {
  /// Creates a block whose sources are items.
  public init(
    blocks: (any InputBlock, any TargetBlock) = (ImageBlock(), CategoryBlock()),
    splitter: any Splitter = RandomSplitter(), itemTransforms: [any Transform],
    batchTransforms: [any Transform] = []
  ) {
    self.init(
      blocks: blocks, getX: { $0.path }, getY: { $0.label }, getPatient: { $0.patient },
      getSplit: { $0.split }, splitter: splitter, itemTransforms: itemTransforms,
      batchTransforms: batchTransforms)
  }
}

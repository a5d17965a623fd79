import Tensors

/// A step on each batch, written as in fastai; the order of work is fixed whatever the order written.
public enum BatchTransform: Sendable, Equatable {
  /// One random window per batch.
  case crop(RandomResizedCropGPU)
  /// Random geometry and light.
  case augment(AugTransforms)
  /// Statistics.
  case normalize(Normalize)

  /// fastai's `RandomResizedCropGPU(size)`.
  public static func randomResizedCropGPU(_ size: Int, minScale: Double = 0.08) -> BatchTransform {
    .crop(RandomResizedCropGPU(size, minScale: minScale))
  }

  /// fastai's `aug_transforms(…)`.
  public static func augTransforms(
    mult: Double = 1, doFlip: Bool = true, flipVert: Bool = false, maxRotate: Double = 10,
    minZoom: Double = 1, maxZoom: Double = 1.1, maxLighting: Double = 0.2, maxWarp: Double = 0.2,
    pAffine: Double = 0.75, pLighting: Double = 0.75
  ) -> BatchTransform {
    .augment(
      AugTransforms(
        mult: mult, doFlip: doFlip, flipVert: flipVert, maxRotate: maxRotate, minZoom: minZoom,
        maxZoom: maxZoom, maxLighting: maxLighting, maxWarp: maxWarp, pAffine: pAffine,
        pLighting: pLighting))
  }
}

/// What a column of the data is.
public enum Block: Sendable, Equatable {
  /// Images: DICOM, PNG or JPEG, told by their content.
  case image
  /// One class of a vocabulary.
  case category
}

/// How to get from a source to batches: fastai's `DataBlock`.
///
///     let block = DataBlock(
///       blocks: (.image, .category),
///       getX: { row in "\(folder)/\(row[0])" }, getY: { row in row[1] },
///       itemTransforms: [Resize(266)],
///       batchTransforms: [.randomResizedCropGPU(226), .augTransforms(doFlip: false, maxWarp: 0.1)])
///     let dataLoaders = try block.dataLoaders(table.rows, batchSize: 32)
public struct DataBlock<Source: Sendable>: Sendable {
  private let makeItem: @Sendable (Source) -> DataItem
  private let splitter: Splitter
  private let itemTransforms: [Resize]
  private let batchTransforms: [BatchTransform]

  /// Makes a block.
  ///
  /// - Parameters:
  ///   - blocks: What goes in and what comes out.
  ///   - getX: The path of a source's file.
  ///   - getY: Its label.
  ///   - getPatient: Its patient, where one is known.
  ///   - getSplit: Its part of the data, for `Splitter.byColumn`.
  ///   - splitter: fastai's random fifth unless given.
  ///   - itemTransforms: One `Resize`.
  ///   - batchTransforms: Crop, augmentation, normalization; ImageNet's statistics unless given.
  public init(
    blocks: (Block, Block) = (.image, .category), getX: @escaping @Sendable (Source) -> String,
    getY: @escaping @Sendable (Source) -> String?,
    getPatient: @escaping @Sendable (Source) -> String? = { _ in nil },
    getSplit: @escaping @Sendable (Source) -> DataSplit? = { _ in nil },
    splitter: Splitter = .random(),
    itemTransforms: [Resize], batchTransforms: [BatchTransform] = []
  ) {
    precondition(
      blocks.0 == .image && blocks.1 == .category, "blocks are (image, category), not \(blocks)")
    precondition(itemTransforms.count == 1, "one Resize is needed, not \(itemTransforms.count)")
    makeItem = {
      DataItem(path: getX($0), label: getY($0), split: getSplit($0), patient: getPatient($0))
    }
    self.splitter = splitter
    self.itemTransforms = itemTransforms
    self.batchTransforms = batchTransforms
  }

  /// Splits the sources, learns the vocabulary from the training part, and makes the loaders.
  ///
  /// - Parameters:
  ///   - sources: All of them.
  ///   - batchSize: Items per batch.
  ///   - workers: Threads that read and transform; 0: the calling thread.
  ///   - seed: Seeds order and augmentation.
  ///   - unreadable: What to do about files that cannot be read.
  /// - Returns: Loaders for training and validation.
  /// - Throws: `DataError`.
  public func dataLoaders(
    _ sources: [Source], batchSize: Int = 64, workers: Int? = nil, seed: UInt64 = 42,
    unreadable: UnreadablePolicy = .stop
  ) throws -> DataLoaders {
    let items = sources.map(makeItem)
    let (train, valid) = try splitter(items)
    return try DataLoaders(
      train: train.map { items[$0] }, valid: valid.map { items[$0] }, resize: itemTransforms[0],
      batchTransforms: batchTransforms, batchSize: batchSize, workers: workers, seed: seed,
      unreadable: unreadable)
  }
}

extension DataBlock where Source == DataItem {
  /// Makes a block whose sources are items already.
  public init(
    splitter: Splitter = .random(), itemTransforms: [Resize], batchTransforms: [BatchTransform] = []
  ) {
    self.init(
      getX: { $0.path }, getY: { $0.label }, getPatient: { $0.patient }, getSplit: { $0.split },
      splitter: splitter, itemTransforms: itemTransforms, batchTransforms: batchTransforms)
  }
}

public import DataBlocks
import Layers

extension Predictor {
  /// Outputs, probabilities and losses of items, in their order: fastai's `get_preds`.
  ///
  /// - Parameters:
  ///   - items: Items, with labels or without.
  ///   - batchSize: Items per batch (`bs`).
  ///   - workers: Threads that read and transform; 0: the calling thread. Default: all cores.
  ///   - unreadable: What to do about files that cannot be read.
  /// - Returns: One row per item that was read, with its path and SOPInstanceUID in `items`; `itemIndices` are positions
  ///   in the argument. The files that were skipped are in `skipped`.
  /// - Throws: `DataError` naming all files that cannot be read, or an item whose label is not in the vocabulary;
  ///   also if all files were skipped; `LightboxError` if there is not enough memory for a batch.
  public func getPreds(
    _ items: [DataItem], batchSize: Int = 64, workers: Int? = nil,
    unreadable: UnreadablePolicy = .stop
  ) throws -> Predictions {
    let loader = try loader(
      items, batchSize: batchSize, workers: workers, unreadable: unreadable)
    return try predictions(on: loader)
  }

  /// The same as `getPreds`.
  public func predictions(
    for items: [DataItem], batchSize: Int = 64, workers: Int? = nil,
    unreadable: UnreadablePolicy = .stop
  ) throws -> Predictions {
    try getPreds(items, batchSize: batchSize, workers: workers, unreadable: unreadable)
  }

  func loader(
    _ items: [DataItem], batchSize: Int, workers: Int?, unreadable: UnreadablePolicy
  ) throws -> DataLoader {
    let loader = try DataLoader(
      items, pipeline: pipeline, target: target, mode: .validation, batchSize: batchSize,
      workers: workers, unreadable: unreadable)
    let size = pipeline.inputSize
    try MemoryNeed(
      of: model,
      input: [
        min(batchSize, max(items.count, 1)), pipeline.inputChannels, size.height, size.width,
      ],
      training: false, batchesAhead: loader.batchesAhead
    ).check()
    return loader
  }

  func predictions(on loader: DataLoader, epoch: Int = 0) throws -> Predictions {
    do {
      return try Predictions(
        of: model, on: loader, lossFunction: lossFunction, epoch: epoch, calibration: calibration)
    } catch {
      throw DataLoader.listing(error, of: [loader])
    }
  }
}

extension DataLoader {
  /// Whether an epoch has every item once, in order, without random transforms.
  package var isInOrder: Bool { mode == .validation && transformMode == .validation }

  /// A loader of the same items in their order, whose transforms are those of training.
  ///
  /// - Parameters:
  ///   - allowsHorizontalFlip: Keep transforms that mirror the image.
  ///   - seed: Seeds the transforms.
  /// - Returns: The loader.
  /// - Throws: `DataError` if no transform that is left fixes the size.
  package func augmented(
    allowsHorizontalFlip: Bool, seed: UInt64
  ) throws(DataError) -> DataLoader {
    try DataLoader(
      items, pipeline: allowsHorizontalFlip ? pipeline : try pipeline.withoutMirroring(),
      target: target, mode: .validation, batchSize: batchSize, workers: workers, seed: seed,
      unreadable: unreadable, transformMode: .training)
  }

  /// A loader of the same epochs.
  package func copy(workers: Int? = nil, caching: ImageCaching) throws(DataError) -> DataLoader {
    try DataLoader(
      items, pipeline: pipeline, target: target, mode: mode, batchSize: batchSize,
      workers: workers ?? self.workers, seed: seed, unreadable: unreadable,
      epochItems: epochItems,
      caching: caching, transformMode: transformMode)
  }

  /// A loader of the same items in their order, without random transforms.
  package func inOrder() throws(DataError) -> DataLoader {
    try DataLoader(
      items, pipeline: pipeline, target: target, mode: .validation, batchSize: batchSize,
      workers: workers, seed: seed, unreadable: unreadable)
  }
}

extension Pipeline {
  /// The pipeline without transforms that mirror the image, left to right or otherwise.
  func withoutMirroring() throws(DataError) -> Pipeline {
    try Pipeline(
      checking: transforms.compactMap { transform in
        switch transform {
        // What fixes the size of the result stays.
        case let flip as Flip:
          flip.sampling.size == nil ? nil : Flip(probability: 0, sampling: flip.sampling)
        case let turn as Dihedral:
          turn.sampling.size == nil ? nil : Dihedral(probability: 0, sampling: turn.sampling)
        case is FlipItem, is DihedralItem: nil
        default: transform
        }
      })
  }
}

public import DataBlocks
import Training

extension TrainingPlan {
  /// The loaders of the plan's training and validation images, as `run` uses them.
  ///
  ///     let loaders = try TrainingPlan(contentsOf: "siim.toml").dataLoaders()
  ///     try loaders.train.showBatch(to: "batch.png")
  ///
  /// - Parameter notify: Receives events, such as the columns of the table.
  /// - Returns: The loaders. One with fewer images than a batch has none.
  /// - Throws: `PlanError` if a setting is out of its range, `DataError`.
  public func dataLoaders(notify: (RunEvent) -> Void = { _ in }) throws -> DataLoaders {
    try check()
    try checkFold()
    return try loadData(seed: seed, notify: notify).loaders
  }

  /// Reads the labels, splits the items once, and creates loaders.
  ///
  /// - Parameters:
  ///   - streams: The seed of order and augmentation.
  ///   - notify: Receives events.
  /// - Returns: The loaders and the parts.
  /// - Throws: `DataError`.
  func loadData(
    seed streams: UInt64, notify: (RunEvent) -> Void
  ) throws -> (loaders: DataLoaders, items: SplitItems) {
    let content = try readItems()
    notify(.columns(content.columns))
    let items = try split(content)
    for warning in items.warnings { notify(.warning(warning)) }
    let sizes = (items.train + items.valid + items.test).compactMap { items.facts[$0.path]?.size }
    if let warning = pipeline.cropWarning(of: sizes) { notify(.warning(warning)) }
    try check(items)
    let loaders = try DataLoaders(
      train: items.train, valid: items.valid, pipeline: pipeline, target: data.block(),
      batchSize: batchSize, workers: compute.workers, seed: streams, unreadable: unreadable,
      sampling: data.sampling.sampling, itemsPerEpoch: data.itemsPerEpoch,
      dropsLast: data.dropsLast, caching: data.cache.caching)
    return (loaders, items)
  }
}

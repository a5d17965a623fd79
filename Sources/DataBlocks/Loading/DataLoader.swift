import Files
import Imaging
import Synchronization
import Tensors

/// What to do about a file that cannot be read.
public enum UnreadablePolicy: String, Sendable, Codable, CaseIterable {
  /// Throw a `DataError` that names it.
  case stop
  /// Leave it out; `DataLoader.skipped` lists them with the reasons.
  case skip
}

/// Reads items, runs a pipeline on threads of its own, and returns batches in order: fastai's `DataLoader`.
///
/// Random numbers of an item come from (seed, epoch, item, transform), so the number of workers changes
/// nothing. Images are kept in memory after the transforms that are the same in each epoch, up to a quarter
/// of the available memory.
public final class DataLoader: BatchSource {
  /// The items.
  public let items: [DataItem]
  /// Items per batch.
  package let batchSize: Int
  /// Threads that read and transform; 0: the calling thread.
  package let workers: Int
  /// Whether items are shuffled and transforms random (training), or neither (validation).
  package let mode: PipelineMode
  /// Batches that threads fill before they are asked for.
  package var batchesAhead: Int { workers == 0 ? 0 : min(max(2, workers), max(batchCount, 1)) }
  package let pipeline: Pipeline
  package let target: any TargetBlock
  /// The mode in which transforms run; that of the loader but for test time augmentation.
  let transformMode: PipelineMode
  /// Which items an epoch of training has.
  let epochItems: EpochItems
  private let weights: ItemWeights?
  package let seed: UInt64
  package let unreadable: UnreadablePolicy
  private let cache: ImageCache?
  private let store: ImageStore?
  private let skippedItems = Mutex<[Int: DataError]>([:])
  private let delivered = Atomic<Int>(0)
  private let triedItems = Mutex<Set<Int>>([])

  /// Creates a loader; `DataBlock` is the usual way to one.
  ///
  /// - Parameters:
  ///   - items: The items.
  ///   - pipeline: From a file to the model's input.
  ///   - target: From labels to targets, fitted.
  ///   - mode: Training or validation.
  ///   - batchSize: Items per batch.
  ///   - workers: Threads; 0: the calling thread. Default: all cores.
  ///   - seed: Seeds order and random transforms.
  ///   - unreadable: What to do about files that cannot be read.
  ///   - epochItems: Which items an epoch of training has.
  ///   - caching: Where images are kept.
  ///   - transformMode: The mode in which transforms run. Default: `mode`.
  /// - Throws: `DataError` naming an item whose label cannot be encoded.
  package init(
    _ items: [DataItem], pipeline: Pipeline, target: any TargetBlock, mode: PipelineMode,
    batchSize: Int = 64, workers: Int? = nil, seed: UInt64 = 42,
    unreadable: UnreadablePolicy = .stop, epochItems: EpochItems = EpochItems(),
    caching: ImageCaching = .memory, transformMode: PipelineMode? = nil
  ) throws(DataError) {
    precondition(batchSize > 0, "the batch size must be at least 1, not \(batchSize)")
    precondition((workers ?? 0) >= 0, "the number of workers is \(workers ?? 0)")
    for item in items {
      guard let label = item.label else {
        guard mode == .validation else { throw DataError(.missingLabel, path: item.path) }
        continue
      }
      do { try target.check(label) } catch { throw error.at(item.path) }
    }
    self.items = items
    self.pipeline = pipeline
    self.target = target
    self.mode = mode
    self.batchSize = batchSize
    self.workers = workers ?? Compute.cores
    self.seed = seed
    self.unreadable = unreadable
    self.epochItems = epochItems
    self.transformMode = transformMode ?? mode
    weights = mode == .training ? epochItems.sampling.weights(of: items) : nil
    cache = caching == .off ? nil : ImageCache()
    if case .disk(let folder) = caching, !target.annotates {
      store = try ImageStore(folder, pipeline: pipeline, mode: self.transformMode)
    } else {
      store = nil
    }
  }

  /// Why images are not kept on disk any more; nil: they are, or were not asked to be.
  package var cacheFault: String? {
    store.flatMap { store in store.fault.map { "\(FileName.shown(store.folder)): \($0)" } }
  }

  /// The number of items in an epoch.
  public var itemCount: Int {
    mode == .training
      ? epochItems.itemCount(of: items.count, batchSize: batchSize) : items.count
  }

  /// The number of batches in an epoch.
  public var batchCount: Int { (itemCount + batchSize - 1) / batchSize }

  /// The number of items in the batches that were returned so far, over all epochs.
  package var deliveredItems: Int { delivered.load(ordering: .relaxed) }

  /// Files that could not be read so far, in the order of the items.
  public var skipped: [DataError] {
    skippedItems.withLock { found in found.keys.sorted().compactMap { found[$0] } }
  }

  /// The batches of an epoch.
  public func batches(epoch: Int) -> any BatchIterator { batches(epoch: epoch, from: 0) }

  /// The batches of an epoch from one on; the items of those before are not read.
  public func batches(epoch: Int, from start: Int) -> any BatchIterator {
    let plan = plan(epoch: epoch)
    let first = min(max(start, 0), plan.count)
    return workers == 0
      ? PlainBatches(loader: self, plan: plan, epoch: epoch, from: first)
      : ThreadedBatches(loader: self, plan: plan, epoch: epoch, from: first)
  }

  /// Indices of the items of each batch.
  package func plan(epoch: Int) -> [[Int]] {
    var order = Array(items.indices)
    if mode == .training {
      var random = RandomSource(seed: seed, UInt64(epoch), 0x5487)
      order =
        weights?.draw(items.count, seed: seed, epoch: epoch) ?? random.permutation(items.count)
    }
    let count = itemCount
    return (0..<batchCount).map {
      Array(order[($0 * batchSize)..<min(($0 + 1) * batchSize, count)])
    }
  }

  func makeInputs(count: Int) -> Tensor {
    let size = pipeline.inputSize
    return Tensor(uninitialized: [count, pipeline.inputChannels, size.height, size.width])
  }

  /// Reads and transforms one item into its place of a batch.
  func load(
    _ index: Int, epoch: Int, batch: Int, into inputs: Tensor, slot: Int
  ) throws(DataError) -> LoadedItem {
    let sample = try sample(index, epoch: epoch, batch: batch)
    do {
      try pipeline.write(sample, into: inputs, item: slot)
      if let label = sample.label { try target.check(label) }
      return LoadedItem(
        label: sample.label, target: sample.label == nil ? nil : target.target(of: sample),
        sopInstanceUID: sample.facts.sopInstanceUID)
    } catch {
      throw error.at(items[index].name)
    }
  }

  /// Reads an item and runs its transforms but a last `Normalize`.
  func sample(_ index: Int, epoch: Int, batch: Int) throws(DataError) -> Sample {
    do {
      var (sample, next) = try cached(index)
      let streams = Pipeline.Streams(
        item: RandomSource(seed: seed, UInt64(epoch), UInt64(index), 0xA06),
        batch: RandomSource(seed: seed, UInt64(epoch), UInt64(batch), 0xC409))
      try pipeline.run(&sample, from: next, mode: transformMode, streams)
      return sample
    } catch {
      throw error.at(items[index].name)
    }
  }

  func result(
    _ index: Int, epoch: Int, batch: Int, into inputs: Tensor, slot: Int
  ) -> Result<LoadedItem, DataError> {
    do {
      return .success(try load(index, epoch: epoch, batch: batch, into: inputs, slot: slot))
    } catch {
      return .failure(error)
    }
  }

  private func cached(_ index: Int) throws(DataError) -> (Sample, next: Int) {
    if let entry = cache?[index] { return (entry.sample, entry.next) }
    let item = items[index]
    var sample = Sample(.file(item.path), label: item.label, frame: item.frame)
    let content = store?.content(of: item)
    if let content, let next = store?.read(content, into: &sample) {
      cache?.keep(ImageCache.Entry(sample: sample, next: next), for: index)
      return (sample, next)
    }
    let next = try pipeline.runCacheable(&sample, mode: transformMode) {
      (sample: inout Sample) throws(DataError) in
      if sample.label != nil { try target.annotate(&sample) }
    }
    cache?.keep(ImageCache.Entry(sample: sample, next: next), for: index)
    if let content { store?.keep(sample, next: next, of: content, item: item) }
    return (sample, next)
  }

  /// Assembles a batch from the slots that were filled.
  func assemble(_ slots: FilledSlots, _ indices: [Int]) throws -> Batch? {
    for slot in slots.failures.keys.sorted() {
      // Only unreadable files can be skipped: other errors are faults of transforms and labels.
      if let error = slots.failures[slot], unreadable == .stop || !error.isOfFile { throw error }
    }
    if unreadable == .skip { triedItems.withLock { $0.formUnion(indices) } }
    var (inputs, kept) = (slots.inputs, Array(indices.indices))
    if !slots.failures.isEmpty {
      skippedItems.withLock { found in
        for (slot, error) in slots.failures { found[indices[slot]] = error }
      }
      kept.removeAll { slots.failures[$0] != nil }
      // Batch norm cannot train on a single item.
      if kept.isEmpty || (kept.count == 1 && mode == .training && batchSize > 1) { return nil }
      inputs = Tensor.stacked(kept.map { inputs[$0] })
    }
    delivered.add(kept.count, ordering: .relaxed)
    let labels = kept.compactMap { slots.labels[$0] }
    let own = kept.compactMap { slots.targets[$0] }
    var batch = Batch(
      inputs: inputs,
      targets: labels.count < kept.count
        ? nil : own.count == kept.count ? target.collate(own) : target.encode(labels),
      itemIndices: kept.map { indices[$0] })
    batch.sopInstanceUIDs = kept.map { slots.sopInstanceUIDs[$0] }
    return batch
  }
}

extension DataLoader {
  /// Reads the items that were in no batch, so that `skipped` has all files that cannot be read.
  package func readRest() {
    guard unreadable == .skip else { return }
    let tried = triedItems.withLock { $0 }
    let rest = items.indices.filter { !tried.contains($0) }
    let found = pipeline.unreadable(among: rest.map { items[$0] }, workers: workers).faults
    skippedItems.withLock { skipped in
      for (position, error) in found { skipped[rest[position]] = error }
    }
  }

  /// Ends an epoch.
  ///
  /// - Throws: `DataError` with the skipped files if they left no batch.
  func endEpoch(hasBatches: Bool) throws(DataError) {
    let skipped = skipped
    guard !hasBatches, !skipped.isEmpty else { return }
    throw DataError(.nothingReadable(skipped, count: items.count, mode: mode))
  }
}

/// What a batch keeps of an item beside its values.
struct LoadedItem: Sendable {
  let label: String?
  /// The target, where it is made of the sample.
  let target: Tensor?
  let sopInstanceUID: String?
}

/// The slots of a batch as they are filled.
struct FilledSlots {
  let inputs: Tensor
  var labels: [Int: String] = [:]
  var targets: [Int: Tensor] = [:]
  var sopInstanceUIDs: [Int: String] = [:]
  var failures: [Int: DataError] = [:]

  mutating func record(_ slot: Int, _ result: Result<LoadedItem, DataError>) {
    switch result {
    case .success(let item):
      labels[slot] = item.label
      targets[slot] = item.target
      sopInstanceUIDs[slot] = item.sopInstanceUID
    case .failure(let error): failures[slot] = error
    }
  }
}

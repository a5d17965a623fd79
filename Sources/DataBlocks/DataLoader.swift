import Imaging
import Synchronization
import Tensors

/// What to do about a file that cannot be read.
public enum UnreadablePolicy: Sendable, Equatable {
  /// Throw an error that names it.
  case stop
  /// Go on without it; `DataLoader.skipped` tells which and why.
  case skip
}

/// Reads items, transforms them in threads of its own and gives them in batches, in order.
///
/// What is random about an item comes from (seed, epoch, item), so the number of workers changes nothing.
/// Decoded images are kept in memory up to a limit, because every epoch reads them again; resized,
/// where that would come out the same every time.
public final class DataLoader: BatchSource {
  /// The items.
  public let items: [DataItem]
  /// The classes.
  public let vocab: [String]
  /// Items per batch.
  public let batchSize: Int
  /// Threads that read and transform; 0: the calling thread.
  public let workers: Int
  /// Shuffled and augmented.
  public let isTraining: Bool
  let preprocessing: Preprocessing
  let augment: AugTransforms?
  let seed: UInt64
  let unreadable: UnreadablePolicy
  private let cache: ImageCache
  private let skippedItems = Mutex<[Int: DataError]>([:])

  /// Makes a loader; `DataBlock` is the usual way to one.
  public init(
    _ items: [DataItem], vocab: [String], preprocessing: Preprocessing, augment: AugTransforms?,
    isTraining: Bool,
    batchSize: Int, workers: Int?, seed: UInt64, unreadable: UnreadablePolicy
  ) {
    precondition(batchSize > 0, "a batch needs at least one item, not \(batchSize)")
    precondition((workers ?? 0) >= 0, "\(workers ?? 0) workers")
    self.items = items
    self.vocab = vocab
    self.preprocessing = preprocessing
    self.augment = augment
    self.isTraining = isTraining
    self.batchSize = batchSize
    self.workers = workers ?? Compute.cores
    self.seed = seed
    self.unreadable = unreadable
    cache = ImageCache(limit: Compute.availableMemory / 4)
  }

  /// Items in an epoch.
  public var itemCount: Int { isTraining ? batchCount * batchSize : items.count }

  /// Batches in an epoch; training leaves out a last one that is not full.
  public var batchCount: Int {
    isTraining ? items.count / batchSize : (items.count + batchSize - 1) / batchSize
  }

  /// Files that could not be read so far, with the reasons, in the items' order.
  public var skipped: [DataError] {
    skippedItems.withLock { found in found.keys.sorted().compactMap { found[$0] } }
  }

  /// The batches of an epoch.
  public func batches(epoch: Int) -> any BatchIterator {
    let plan = plan(epoch: epoch)
    return workers == 0
      ? PlainBatches(loader: self, plan: plan, epoch: epoch)
      : ThreadedBatches(loader: self, plan: plan, epoch: epoch)
  }

  /// Positions of the items of each batch.
  func plan(epoch: Int) -> [[Int]] {
    var order = Array(items.indices)
    if isTraining {
      var random = RandomSource(seed: seed, UInt64(epoch), 0x5487)
      order = random.permutation(items.count)
    }
    return (0..<batchCount).map {
      Array(order[($0 * batchSize)..<min(($0 + 1) * batchSize, order.count)])
    }
  }

  func makeInputs(count: Int) -> Tensor {
    let size = preprocessing.inputSize
    return Tensor(uninitialized: [
      count, preprocessing.normalize.mean.count, size.height, size.width,
    ])
  }

  /// Reads and transforms one item into its place of a batch.
  func load(_ index: Int, epoch: Int, batch: Int, into inputs: Tensor, slot: Int) throws(DataError)
  {
    let image = try image(index)
    let normalize = preprocessing.normalize
    guard image.channels == 1 || image.channels == normalize.mean.count else {
      throw DataError(
        .unreadable(
          reason: "it has \(image.channels) channels, the model takes \(normalize.mean.count)"),
        path: items[index].path)
    }
    let planes =
      isTraining
      ? augmented(image, index, epoch: epoch, batch: batch) : preprocessing.apply(image).planes
    planes.write(into: inputs, item: slot, mean: normalize.mean, deviation: normalize.deviation)
  }

  private func augmented(
    _ image: PixelBuffer, _ index: Int, epoch: Int, batch: Int
  ) -> ImagePlanes {
    var random = RandomSource(seed: seed, UInt64(epoch), UInt64(index), 0xA06)
    let resize = preprocessing.resize
    let place = (random.uniform(), random.uniform())
    let resized = image.resized(
      to: (resize.height, resize.width), method: resize.method, padMode: resize.padMode,
      at: resize.method == .squish ? (0.5, 0.5) : place
    ).image
    var planes = ImagePlanes(
      bytes: resized.samples, channels: resized.channels, height: resized.height,
      width: resized.width)
    if let crop = preprocessing.crop {
      // One window for the whole batch, as fastai draws it.
      var shared = RandomSource(seed: seed, UInt64(epoch), UInt64(batch), 0xC409)
      planes = crop.apply(
        planes, window: crop.randomWindow(height: planes.height, width: planes.width, &shared))
    }
    guard let augment else { return planes }
    return AugTransforms.apply(augment.draw(&random), to: planes)
  }

  private func image(_ index: Int) throws(DataError) -> PixelBuffer {
    if let kept = cache[index] { return kept }
    let read = try Preprocessing.read(items[index].path)
    let resize = preprocessing.resize
    let isSmaller = resize.height * resize.width <= read.height * read.width
    guard isSmaller, !isTraining || resize.leavesNoChoice(height: read.height, width: read.width)
    else {
      cache[index] = read
      return read
    }
    // Resizing again, to the size that it has, changes nothing.
    let resized = read.resized(
      to: (resize.height, resize.width), method: resize.method, padMode: resize.padMode)
    cache[index] = resized.image
    return resized.image
  }

  /// Puts a batch together from the slots that were filled.
  func assemble(_ inputs: Tensor, _ indices: [Int], failures: [Int: DataError]) throws -> Batch? {
    if let first = failures.keys.min(), let error = failures[first], unreadable == .stop {
      throw error
    }
    var (inputs, kept) = (inputs, indices)
    if !failures.isEmpty {
      skippedItems.withLock { found in
        for (slot, error) in failures { found[indices[slot]] = error }
      }
      let slots = indices.indices.filter { failures[$0] == nil }
      if slots.isEmpty { return nil }
      inputs = Tensor.stacked(slots.map { inputs[$0] })
      kept = slots.map { indices[$0] }
    }
    let classes = kept.map { index in items[index].label.flatMap { vocab.firstIndex(of: $0) } }
    let targets =
      classes.contains { $0 == nil } ? nil : Tensor(classes.compactMap { $0.map(Int64.init) })
    return Batch(inputs: inputs, targets: targets, itemIndices: kept)
  }
}

/// Decoded images, up to a number of bytes.
private final class ImageCache: Sendable {
  private struct State {
    var images: [Int: PixelBuffer] = [:]
    var bytes = 0
  }
  private let state = Mutex(State())
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  subscript(index: Int) -> PixelBuffer? {
    get { state.withLock { $0.images[index] } }
    set {
      guard let newValue else { return }
      state.withLock { state in
        guard state.images[index] == nil, state.bytes + newValue.samples.count <= limit else {
          return
        }
        state.images[index] = newValue
        state.bytes += newValue.samples.count
      }
    }
  }
}

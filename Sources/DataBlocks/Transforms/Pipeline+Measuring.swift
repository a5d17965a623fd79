import Files
import Synchronization
import Tensors

extension Pipeline {
  /// The pipeline with the numbers of `Normalize.measured`, from one pass over the training items without random transforms.
  ///
  /// Sums are taken item by item, so the number of workers changes no bit.
  ///
  /// - Parameters:
  ///   - items: The training items.
  ///   - workers: Threads that read. Default: all cores.
  ///   - unreadable: What to do about files that cannot be read; those that are skipped do not count.
  /// - Returns: The pipeline itself if its numbers are known.
  /// - Throws: `DataError` of an item, or if no item can be read.
  package func measured(
    on items: [DataItem], workers: Int? = nil, unreadable: UnreadablePolicy = .stop
  ) throws(DataError) -> Pipeline {
    guard let index = transforms.firstIndex(where: { Self.unmeasured($0) != nil }),
      let channels = Self.unmeasured(transforms[index])
    else { return self }
    let first = Atomic<Int>(items.count)
    let numbers = [Int](items.indices)
    let results = concurrentMap(
      numbers, threads: workers.map { max($0, 1) } ?? Compute.cores
    ) { (number: Int) -> Result<[ChannelSums], DataError> in
      // After a failure, later items need not be read.
      guard number < first.load(ordering: .relaxed) else { return .success([]) }
      do throws(DataError) {
        return .success(try sums(of: items[number], before: index, channels: channels))
      } catch {
        if unreadable == .stop || !error.isOfFile { first.min(number, ordering: .relaxed) }
        return .failure(error.at(items[number].name))
      }
    }
    var whole = [ChannelSums](repeating: ChannelSums(), count: channels)
    var failures: [DataError] = []
    for result in results {
      switch result {
      case .success(let sums):
        for (channel, sums) in sums.enumerated() { whole[channel].add(sums) }
      case .failure(let error):
        if unreadable == .stop || !error.isOfFile { throw error }
        failures.append(error)
      }
    }
    guard whole[0].count > 0 else {
      throw failures.isEmpty
        ? DataError(.noItems("the measurement of mean and deviation"))
        : DataError(.nothingReadable(failures, count: items.count, mode: .training))
    }
    var known = transforms
    known[index] = Normalize(
      mean: whole.map { Float($0.mean) }, standardDeviation: whole.map { Float($0.deviation) })
    return try Pipeline(checking: known)
  }

  private static func unmeasured(_ transform: any Transform) -> Int? {
    (transform as? Normalize)?.unmeasuredChannels
  }

  private func sums(
    of item: DataItem, before end: Int, channels: Int
  ) throws(DataError) -> [ChannelSums] {
    var sample = Sample(.file(item.path), frame: item.frame)
    try run(&sample, to: end)
    let planes = sample.values
    guard planes.channels == 1 || planes.channels == channels else {
      throw DataError(.channels(planes.channels, expected: channels))
    }
    let pixels = planes.height * planes.width
    let found = (0..<planes.channels).map { c in
      ChannelSums(planes.values[(c * pixels)..<((c + 1) * pixels)])
    }
    return planes.channels == channels
      ? found : [ChannelSums](repeating: found[0], count: channels)
  }
}

/// Sums of one channel.
private struct ChannelSums: Sendable {
  private(set) var count = 0
  private var sum = 0.0
  private var squares = 0.0

  init() {}

  init(_ values: ArraySlice<Float>) {
    count = values.count
    for value in values {
      sum += Double(value)
      squares += Double(value) * Double(value)
    }
  }

  mutating func add(_ other: ChannelSums) {
    count += other.count
    sum += other.sum
    squares += other.squares
  }

  var mean: Double { sum / Double(count) }

  /// At least 1e-6, so that constant images can be normalized.
  var deviation: Double {
    max(max(squares / Double(count) - mean * mean, 0).squareRoot(), 1e-6)
  }
}

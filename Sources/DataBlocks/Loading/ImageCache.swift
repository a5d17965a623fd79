import Imaging
import Synchronization
import Tensors

/// Samples after their cacheable transforms, up to a number of bytes.
package final class ImageCache: Sendable {
  /// A sample and the index of its next transform.
  package struct Entry: Sendable {
    let sample: Sample
    let next: Int

    package init(sample: Sample, next: Int) {
      self.sample = sample
      self.next = next
    }
  }

  private struct State {
    var entries: [Int: Entry] = [:]
    var bytes = 0
    /// Bytes at which the available memory is read next.
    var nextCheck = 0
    var isFull = false
  }
  private let state = Mutex(State())
  private let limit: Int
  private let reserve: Int
  private let available: @Sendable () -> Int

  /// Creates an empty cache.
  ///
  /// - Parameters:
  ///   - limit: The number of bytes. Default: a quarter of the available memory.
  ///   - reserve: Bytes of available memory at which the cache stops growing, since a network grows after it.
  ///     Default: half of the limit.
  ///   - available: Reads the available memory.
  package init(
    limit: Int? = nil, reserve: Int? = nil,
    available: @escaping @Sendable () -> Int = { Compute.availableMemory }
  ) {
    self.limit = limit ?? available() / 4
    self.reserve = reserve ?? self.limit / 2
    self.available = available
  }

  /// The entry of an item; nil if it is not kept.
  package subscript(index: Int) -> Entry? { state.withLock { $0.entries[index] } }

  /// Keeps an entry if it fits.
  package func keep(_ entry: Entry, for index: Int) {
    let count = entry.sample.byteCount
    state.withLock { state in
      guard state.entries[index] == nil, !state.isFull, state.bytes + count <= limit else { return }
      if state.bytes >= state.nextCheck {
        state.isFull = available() < reserve + count
        state.nextCheck = state.bytes + (1 << 20)
        if state.isFull { return }
      }
      state.entries[index] = entry
      state.bytes += count
    }
  }
}

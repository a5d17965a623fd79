import Imaging
import Synchronization

/// Samples after their cacheable transforms, up to a number of bytes.
final class ImageCache: Sendable {
  /// A sample and the index of its next transform.
  struct Entry: Sendable {
    let sample: Sample
    let next: Int
  }

  private struct State {
    var entries: [Int: Entry] = [:]
    var bytes = 0
  }
  private let state = Mutex(State())
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// The entry of an item; nil if it is not kept.
  subscript(index: Int) -> Entry? { state.withLock { $0.entries[index] } }

  /// Keeps an entry if it is 8-bit and fits.
  func keep(_ entry: Entry, for index: Int) {
    guard entry.sample.is8Bit else { return }
    let count = entry.sample.image.samples.count
    state.withLock { state in
      guard state.entries[index] == nil, state.bytes + count <= limit else { return }
      state.entries[index] = entry
      state.bytes += count
    }
  }
}

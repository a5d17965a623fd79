import Files
import Foundation
import Synchronization

/// Runs a worker on several threads; `next` distributes the indices from 0 up to `count`.
///
/// Copying and checking hundreds of megabytes is bound by memory bandwidth and page faults, so that two
/// threads halve the time. Less than 4 MB are processed on the calling thread.
///
/// - Parameters:
///   - count: The number of indices.
///   - bytes: The total size of the work.
///   - worker: Runs on each thread.
/// - Throws: The first error of a worker; the others stop at their next index.
func inParallel(
  _ count: Int, bytes: Int, _ worker: @Sendable (_ next: () -> Int?) throws(ParseError) -> Void
) throws(ParseError) {
  let taken = Atomic(0)
  let failure = Mutex<ParseError?>(nil)
  @Sendable func work() {
    do {
      try worker {
        let index = taken.add(1, ordering: .relaxed).oldValue
        return index < count && failure.withLock { $0 == nil } ? index : nil
      }
    } catch { failure.withLock { $0 = $0 ?? error } }
  }
  let threads = bytes < 4 << 20 ? 1 : min(ProcessLimits.cores, 8, count)
  if threads < 2 {
    work()
  } else {
    concurrently(threads) { work() }
  }
  if let error = failure.withLock({ $0 }) { throw error }
}

/// A reusable buffer that grows to the largest requested size.
struct ScratchBuffer: ~Copyable {
  private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  init() {}

  mutating func bytes(_ count: Int) -> UnsafeMutableRawBufferPointer {
    if memory.count < count {
      memory.deallocate()
      memory = .allocate(byteCount: count, alignment: 64)
    }
    return UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
  }

  deinit { memory.deallocate() }
}

import Dispatch
import Foundation
import Synchronization

/// Runs a worker on several threads at once; each takes the next index until none is left.
///
/// Copying and checking weights of a hundred megabytes is bound by memory and page faults, which two
/// threads halve. Little work stays on the thread that asks.
///
/// - Parameters:
///   - count: Indices from 0.
///   - bytes: How much there is to do.
///   - worker: Runs on each thread.
/// - Throws: The first error of a worker; the others stop at their next index.
func inParallel(
  _ count: Int, bytes: Int, _ worker: @Sendable (_ next: () -> Int?) throws(Flaw) -> Void
) throws(Flaw) {
  let taken = Atomic(0)
  let failure = Mutex<Flaw?>(nil)
  @Sendable func work() {
    do {
      try worker {
        let index = taken.add(1, ordering: .relaxed).oldValue
        return index < count && failure.withLock { $0 == nil } ? index : nil
      }
    } catch { failure.withLock { $0 = $0 ?? error } }
  }
  let threads = bytes < 4 << 20 ? 1 : min(ProcessInfo.processInfo.activeProcessorCount, 8, count)
  if threads < 2 {
    work()
  } else {
    DispatchQueue.concurrentPerform(iterations: threads) { _ in work() }
  }
  if let flaw = failure.withLock({ $0 }) { throw flaw }
}

/// Memory that grows to the largest size asked for, and is used again.
struct Scratch: ~Copyable {
  private var room = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  init() {}

  mutating func bytes(_ count: Int) -> UnsafeMutableRawBufferPointer {
    if room.count < count {
      room.deallocate()
      room = .allocate(byteCount: count, alignment: 64)
    }
    return UnsafeMutableRawBufferPointer(rebasing: room[..<count])
  }

  deinit { room.deallocate() }
}

import CKernels
import Synchronization

/// Caches free blocks by size, since page faults cost more than most kernels.
final class MemoryPool: Sendable {
  static let shared = MemoryPool()

  private struct State {
    var free: [Int: [UnsafeMutableRawPointer]] = [:]
    /// Bytes in blocks that tensors hold.
    var inUse = 0
    /// Maximum of `inUse` since the last reset.
    var peak = 0
    /// Bytes in free blocks.
    var cached = 0
  }
  private let state = Mutex(State())

  /// Rounds a size up to one of eight steps between powers of two, so that tensors of similar size
  /// reuse a block.
  static func capacity(for byteCount: Int) -> Int {
    let wanted = max(byteCount, 64)
    let step = max(64, (1 << (Int.bitWidth - 1 - wanted.leadingZeroBitCount)) / 8)
    return (wanted + step - 1) / step * step
  }

  /// Returns a block of `capacity` bytes.
  ///
  /// Exits with a message if the memory is not available, before the system swaps or kills a process.
  func take(_ capacity: Int, _ purpose: () -> String) -> UnsafeMutableRawPointer {
    let reused = state.withLock { state in
      state.inUse += capacity
      state.peak = max(state.peak, state.inUse)
      guard let block = state.free[capacity]?.popLast() else { return UInt(0) }
      state.cached -= capacity
      return UInt(bitPattern: block)
    }
    if let block = UnsafeMutableRawPointer(bitPattern: reused) { return block }
    for _ in 0..<2 {
      // Linux overcommits memory, so a successful allocation does not mean that memory is available.
      // Only large blocks are checked: the check takes longer than allocating a small block.
      if capacity < 1 << 20 || capacity <= lb_memory_available(),
        let block = lb_memory_allocate(capacity)
      {
        return block
      }
      releaseCached()
    }
    let inUse = state.withLock { $0.inUse }
    fatalError(
      "out of memory: \(purpose()) needs \(capacity) bytes; tensors use "
        + "\(inUse - capacity) and \(lb_memory_available()) are available; use a smaller batch "
        + "size or image size")
  }

  func give(_ block: UnsafeMutableRawPointer, _ capacity: Int) {
    let address = UInt(bitPattern: block)
    state.withLock { state in
      state.inUse -= capacity
      state.cached += capacity
      if let block = UnsafeMutableRawPointer(bitPattern: address) {
        state.free[capacity, default: []].append(block)
      }
    }
  }

  /// Bytes in use, the peak since the last reset, and bytes in cached blocks.
  var use: (inUse: Int, peak: Int, cached: Int) {
    state.withLock { ($0.inUse, $0.peak, $0.cached) }
  }

  func resetPeak() {
    state.withLock { $0.peak = $0.inUse }
  }

  /// Returns all cached blocks to the system.
  func releaseCached() {
    state.withLock { state in
      for (capacity, blocks) in state.free {
        for block in blocks { lb_memory_free(block, capacity) }
      }
      state.free = [:]
      state.cached = 0
    }
  }
}

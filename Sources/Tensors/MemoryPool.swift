import CKernels
import Synchronization

/// Memory used by tensors.
public struct MemoryUse: Sendable, Equatable {
  /// Bytes in use by tensors (`torch.cuda.memory_allocated`).
  public var inUse: Int
  /// Maximum of `inUse` since the last reset (`torch.cuda.max_memory_allocated`).
  public var peak: Int
  /// Bytes in free blocks that are cached for reuse.
  package var cached: Int
}

/// Caches free blocks by size, since page faults cost more than most kernels.
package final class MemoryPool: Sendable {
  package static let shared = MemoryPool()

  private struct State {
    var free: [Int: [UnsafeMutableRawPointer]] = [:]
    var use = MemoryUse(inUse: 0, peak: 0, cached: 0)
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
      state.use.inUse += capacity
      state.use.peak = max(state.use.peak, state.use.inUse)
      guard let block = state.free[capacity]?.popLast() else { return UInt(0) }
      state.use.cached -= capacity
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
    let use = state.withLock { $0.use }
    fatalError(
      "out of memory: \(purpose()) needs \(capacity) bytes; tensors use "
        + "\(use.inUse - capacity) and \(lb_memory_available()) are available; use a smaller batch "
        + "size or image size")
  }

  func give(_ block: UnsafeMutableRawPointer, _ capacity: Int) {
    let address = UInt(bitPattern: block)
    state.withLock { state in
      state.use.inUse -= capacity
      state.use.cached += capacity
      if let block = UnsafeMutableRawPointer(bitPattern: address) {
        state.free[capacity, default: []].append(block)
      }
    }
  }

  package var use: MemoryUse { state.withLock { $0.use } }

  package func resetPeak() {
    state.withLock { $0.use.peak = $0.use.inUse }
  }

  /// Returns all cached blocks to the system.
  package func releaseCached() {
    state.withLock { state in
      for (capacity, blocks) in state.free {
        for block in blocks { lb_memory_free(block, capacity) }
      }
      state.free = [:]
      state.use.cached = 0
    }
  }
}

import CKernels
import Synchronization

/// A block of 64-byte aligned memory that tensors share; goes back to the pool when the last one is gone.
package final class Storage: @unchecked Sendable {
  // @unchecked: `pointer` never changes, and its bytes are written only before the storage is first
  // shared, or by a holder that has just seen that it is the only one.

  package let pointer: UnsafeMutableRawPointer
  /// Bytes asked for; the block may be larger.
  package let byteCount: Int
  private let capacity: Int

  /// Memory of so many bytes; `what` it is for is said where there is not enough.
  package init(byteCount: Int, _ what: @autoclosure () -> String = "working memory") {
    self.byteCount = byteCount
    capacity = MemoryPool.capacity(for: byteCount)
    pointer = MemoryPool.shared.take(capacity, what)
    #if DEBUG
      // A kernel that forgets a scalar shows at once.
      memset_pattern(pointer, byteCount)
    #endif
  }

  deinit {
    MemoryPool.shared.give(pointer, capacity)
  }

  package var floats: UnsafeMutablePointer<Float> {
    pointer.assumingMemoryBound(to: Float.self)
  }
}

#if DEBUG
  private func memset_pattern(_ pointer: UnsafeMutableRawPointer, _ byteCount: Int) {
    let words = pointer.assumingMemoryBound(to: UInt32.self)
    for i in 0..<(byteCount / 4) { words[i] = 0x7fa0_0000 }  // a signalling NaN
  }
#endif

/// How much memory tensors hold.
public struct MemoryUse: Sendable, Equatable {
  /// Bytes in blocks that tensors hold now.
  public var inUse: Int
  /// The highest value of `inUse` since the last reset.
  public var peak: Int
  /// Bytes in freed blocks that are kept for reuse.
  public var cached: Int
}

/// Keeps freed blocks by size: a page fault per 4 KiB costs more than most kernels.
package final class MemoryPool: Sendable {
  package static let shared = MemoryPool()

  private struct State {
    var free: [Int: [UnsafeMutableRawPointer]] = [:]
    var use = MemoryUse(inUse: 0, peak: 0, cached: 0)
  }
  private let state = Mutex(State())

  /// Sizes come in eight steps between powers of two, so that a slightly smaller tensor finds a block.
  static func capacity(for byteCount: Int) -> Int {
    let wanted = max(byteCount, 64)
    let step = max(64, (1 << (Int.bitWidth - 1 - wanted.leadingZeroBitCount)) / 8)
    return (wanted + step - 1) / step * step
  }

  /// A block of `capacity` bytes; ends the process where that is more than there is, before the
  /// machine swaps or somebody else's process is killed for it.
  func take(_ capacity: Int, _ what: () -> String) -> UnsafeMutableRawPointer {
    let reused = state.withLock { state in
      state.use.inUse += capacity
      state.use.peak = max(state.use.peak, state.use.inUse)
      guard let block = state.free[capacity]?.popLast() else { return UInt(0) }
      state.use.cached -= capacity
      return UInt(bitPattern: block)
    }
    if let block = UnsafeMutableRawPointer(bitPattern: reused) { return block }
    for _ in 0..<2 {
      // The system promises more than it has, so what it gives says nothing. Asking how much there is
      // takes longer than a small block does, and thousands of those make up no more than a few large ones.
      if capacity < 1 << 20 || capacity <= lb_memory_available(),
        let block = lb_memory_allocate(capacity)
      {
        return block
      }
      releaseCached()
    }
    let use = state.withLock { $0.use }
    fatalError(
      "out of memory: \(what()) needs \(capacity) bytes; tensors hold \(use.inUse - capacity) "
        + "already and \(lb_memory_available()) are free: use a smaller batch or image size")
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

  /// Gives every unused block back to the system.
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

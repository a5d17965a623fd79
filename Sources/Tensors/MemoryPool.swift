import CKernels
import COneDNN
import Files
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
    /// Bytes allocated since the available memory was last read.
    var unchecked = 0
    /// Resident bytes of the process besides blocks.
    var other = 0

    mutating func countUse(of capacity: Int) {
      inUse += capacity
      peak = max(peak, inUse)
    }
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
      guard let block = state.free[capacity]?.popLast() else { return UInt(0) }
      state.cached -= capacity
      state.countUse(of: capacity)
      return UInt(bitPattern: block)
    }
    if let block = UnsafeMutableRawPointer(bitPattern: reused) { return block }
    for _ in 0..<2 {
      if isAvailable(capacity), let block = lb_memory_allocate(capacity) {
        state.withLock { $0.countUse(of: capacity) }
        return block
      }
      releaseCached()
    }
    refuse(capacity, purpose())
  }

  /// Exits with a message if `count` bytes, which are about to be allocated outside of the pool, are not available.
  func reserve(_ count: Int, _ purpose: String) {
    if isAvailable(count) { return }
    releaseCached()
    if !isAvailable(count) { refuse(count, purpose) }
  }

  /// Linux overcommits memory, so a successful allocation does not mean that memory is available.
  ///
  /// Small blocks are checked once per 4 MiB: the check takes longer than allocating one.
  private func isAvailable(_ count: Int) -> Bool {
    let isDue = state.withLock { state in
      state.unchecked += count
      guard count >= 1 << 20 || state.unchecked >= 4 << 20 else { return false }
      state.unchecked = 0
      return true
    }
    // Large blocks are made of huge pages of 2 MiB.
    return !isDue || count + (2 << 20) <= available - Self.margin
  }

  /// Bytes that are left for what is not a tensor: compiled primitives, images, buffers of libraries.
  private static let margin = 24 << 20

  /// Bytes that can still be allocated: what the limits leave, less the blocks that nothing was written to so far.
  ///
  /// The pages of a block count as used when they are first written to. What the process uses besides its blocks is
  /// the most by which its resident memory exceeded them so far.
  var available: Int {
    let left = ProcessLimits().availableMemory
    let resident = Int(clamping: lb_memory_resident())
    let scratch = Int(clamping: lb_scratch_bytes())
    let untouched = state.withLock { state in
      let held = state.inUse + state.cached + scratch
      state.other = max(state.other, resident - held)
      return held + state.other - resident
    }
    return max(0, left - untouched)
  }

  private func refuse(_ count: Int, _ purpose: String) -> Never {
    let inUse = state.withLock { $0.inUse }
    let (needed, used, left) = (mebibytes(count), mebibytes(inUse), mebibytes(available))
    Self.exhausted.withLock { $0 }(
      "out of memory: \(purpose) needs \(needed); tensors use \(used) and \(left) are available; use a smaller "
        + "batch size or image size, or direct convolution")
  }

  /// What is done about a lack of memory, since operations cannot throw; receives the message.
  static let exhausted = Mutex<@Sendable (String) -> Never>({ fatalError($0) })

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

/// Bytes in MiB, rounded up.
private func mebibytes(_ count: Int) -> String {
  "\((count >> 20) + (count & 0xfffff == 0 ? 0 : 1)) MiB"
}

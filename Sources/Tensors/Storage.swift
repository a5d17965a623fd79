/// 64-byte aligned memory that tensors share; deallocation returns it to the memory pool.
package final class Storage: @unchecked Sendable {
  // @unchecked: `pointer` never changes, and its bytes are written only before the storage is shared
  // or through a unique reference.

  package let pointer: UnsafeMutableRawPointer
  /// Requested size; the block may be larger.
  package let byteCount: Int
  private let capacity: Int

  /// Allocates memory; `purpose` appears in the message if there is not enough.
  package init(byteCount: Int, _ purpose: @autoclosure () -> String = "working memory") {
    self.byteCount = byteCount
    capacity = MemoryPool.capacity(for: byteCount)
    pointer = MemoryPool.shared.take(capacity, purpose)
    #if DEBUG
      // Reveals kernels that leave an element uninitialized.
      fillWithNaN(pointer, byteCount)
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
  private func fillWithNaN(_ pointer: UnsafeMutableRawPointer, _ byteCount: Int) {
    let words = pointer.assumingMemoryBound(to: UInt32.self)
    for i in 0..<(byteCount / 4) { words[i] = 0x7fa0_0000 }  // signaling NaN
  }
#endif

extension Storage {
  /// As doubles, for intermediate statistics and losses.
  var doubles: UnsafeMutablePointer<Double> { pointer.assumingMemoryBound(to: Double.self) }
  /// As the elements of an int64 tensor.
  var int64s: UnsafeMutablePointer<Int64> { pointer.assumingMemoryBound(to: Int64.self) }
  /// As the elements of a uint8 tensor.
  var bytes: UnsafeMutablePointer<UInt8> { pointer.assumingMemoryBound(to: UInt8.self) }
}

extension Storage {
  /// As double precision numbers, which no tensor holds: statistics and losses between two kernels.
  var doubles: UnsafeMutablePointer<Double> { pointer.assumingMemoryBound(to: Double.self) }
  /// As the indices of an int64 tensor.
  var int64s: UnsafeMutablePointer<Int64> { pointer.assumingMemoryBound(to: Int64.self) }
  /// As bytes.
  var bytes: UnsafeMutablePointer<UInt8> { pointer.assumingMemoryBound(to: UInt8.self) }
}

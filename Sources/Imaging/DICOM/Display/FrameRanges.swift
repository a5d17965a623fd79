import Files
import Glibc
import Synchronization

/// The ranges of files with several frames, which each of the frames needs: without a window, all are shown in the
/// range of the file.
enum FrameRanges {
  private struct Key: Hashable {
    let path: String
    let device: UInt
    let number: UInt
    let size: Int
    let seconds: Int
    let nanoseconds: Int
  }

  private static let limit = 64
  private static let known = Mutex<[Key: (lower: Double, upper: Double)]>([:])

  /// The range of a file as it is now, computed once.
  ///
  /// - Parameters:
  ///   - path: The file; nil for bytes in memory, whose range is computed anew.
  ///   - compute: Computes the range.
  /// - Returns: The range.
  /// - Throws: The error of `compute`.
  static func range(
    of path: String?, _ compute: () throws(DICOMError) -> (lower: Double, upper: Double)
  ) throws(DICOMError) -> (lower: Double, upper: Double) {
    var facts = stat()
    guard let path, stat(FileName.bytes(of: path), &facts) == 0 else { return try compute() }
    let key = Key(
      path: path, device: facts.st_dev, number: facts.st_ino, size: facts.st_size,
      seconds: facts.st_mtim.tv_sec, nanoseconds: facts.st_mtim.tv_nsec)
    if let found = known.withLock({ $0[key] }) { return found }
    let found = try compute()
    known.withLock {
      if $0.count >= limit { $0.removeAll() }
      $0[key] = found
    }
    return found
  }
}

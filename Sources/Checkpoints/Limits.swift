/// Limits of what a file of weights can make a reader do.
enum Limits {
  /// Tensors in a file; networks have thousands.
  static let tensors = 65_536
  /// Bytes of a tensor's name.
  static let name = 1024
  /// Bytes of the pickle with the values of a PyTorch file.
  static let pickle = 128 << 20
  /// Bytes of the key of a storage, which PyTorch numbers.
  static let storageKey = 128
  /// Bytes of the module and of the name of a class.
  static let className = 256
  /// Values of a PyTorch file as a tree.
  static let values = 4_000_000
  /// The size of all tensors and of all inflated records, as a multiple of the file's size: tensors can share
  /// storage, and records can be compressed.
  static let growth = 16

  /// The limit of that size for a file of `count` bytes.
  static func largestSize(_ count: Int) -> Int {
    max(1 << 20, min(count, Int.max / growth) * growth)
  }
}

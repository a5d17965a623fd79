import Foundation
public import Tensors

/// A tensor on its way into a file: its numbers as bytes, row-major and little endian.
///
/// So files are converted without a detour through `Tensor`, which would round what is not float32.
public struct RawTensor: Sendable {
  /// Its name in the file.
  public let name: String
  /// The type of its numbers.
  public let type: ScalarType
  /// Lengths of the dimensions.
  public let shape: [Int]
  /// Its numbers; called once, when they are written.
  let content: @Sendable () throws(CheckpointError) -> Data

  /// Bytes of its numbers.
  public var byteCount: Int { shape.reduce(type.byteCount, *) }

  /// A tensor under a name.
  public init(_ name: String, _ tensor: Tensor) {
    self.name = name
    type = ScalarType(tensor.dtype)
    shape = tensor.shape
    content = { () throws(CheckpointError) in
      let plain = tensor.rowMajor
      return Data(bytes: plain.storage.pointer, count: plain.count * plain.dtype.byteCount)
    }
  }

  /// A tensor of a checkpoint under a name, bit for bit.
  ///
  /// - Throws: `CheckpointError` if there is none.
  public init(_ name: String, _ source: String, of file: Checkpoint) throws(CheckpointError) {
    let entry = try file.entry(source)
    self.name = name
    type = entry.type
    shape = entry.shape
    content = { () throws(CheckpointError) in try file.bytes(of: source) }
  }

  /// The content, which has to be as long as type and shape say.
  func bytes(_ path: String) throws(CheckpointError) -> Data {
    let bytes = try content()
    guard bytes.count == byteCount else {
      throw CheckpointError(
        .system("\(name) has \(bytes.count) bytes instead of \(byteCount)"), path: path)
    }
    return bytes
  }
}

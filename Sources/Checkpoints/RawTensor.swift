package import Foundation
package import Tensors

/// A tensor to write: its elements as bytes, row-major and little endian.
///
/// Files are converted without `Tensor`, which has fewer scalar types than files have.
package struct RawTensor: Sendable {
  /// The name in the file to write.
  package let name: String
  /// The type of the elements.
  package let type: ScalarType
  /// The lengths of the dimensions.
  package let shape: [Int]
  /// Returns the elements; called once, when they are written.
  private let content: @Sendable () throws(CheckpointError) -> Data

  /// The size of the elements in bytes.
  package var byteCount: Int { shape.reduce(type.byteCount, *) }

  /// Creates an entry from a tensor in memory.
  package init(_ name: String, _ tensor: Tensor) {
    self.name = name
    type = ScalarType(tensor.dtype)
    shape = tensor.shape
    content = { () throws(CheckpointError) in
      let contiguous = tensor.rowMajor
      return Data(
        bytes: contiguous.storage.pointer, count: contiguous.count * contiguous.dtype.byteCount)
    }
  }

  /// Creates an entry from the tensor `source` of a checkpoint, bit for bit.
  ///
  /// - Throws: `CheckpointError` if there is no such tensor.
  package init(_ name: String, _ source: String, of file: Checkpoint) throws(CheckpointError) {
    let entry = try file.entry(source)
    self.name = name
    type = entry.type
    shape = entry.shape
    content = { () throws(CheckpointError) in try file.bytes(of: source) }
  }

  /// The elements.
  package func bytes() throws(CheckpointError) -> Data {
    let bytes = try content()
    precondition(bytes.count == byteCount, "\(name) has \(bytes.count) bytes, not \(byteCount)")
    return bytes
  }
}

/// - Throws: `CheckpointError` if two tensors have the same name.
func checkNames(_ tensors: [RawTensor], _ path: String) throws(CheckpointError) {
  var names = Set<String>()
  for tensor in tensors where !names.insert(tensor.name).inserted {
    throw CheckpointError(.duplicateTensor, path: path, tensor: tensor.name)
  }
}

import Files
package import Foundation

/// A file of weights: safetensors, or either format of `torch.save`, recognized by its content.
///
/// Opening a file reads only the descriptions of the tensors; their elements are read on demand. Reading runs no
/// code from the file, and time and memory are limited in proportion to the size of the file.
public struct Checkpoint: Sendable {
  /// The format of the file.
  package enum Format: String, Sendable, Codable {
    /// safetensors.
    case safetensors
    /// `torch.save` since PyTorch 1.6: a zip archive.
    case pyTorchZip = "PyTorch (zip)"
    /// `torch.save` before PyTorch 1.6.
    case pyTorchLegacy = "PyTorch (legacy)"
  }

  /// A tensor in the file.
  public struct Entry: Sendable, Equatable {
    /// The path of keys from the root, joined by "/", such as "model/conv1.weight".
    public let name: String
    /// The type of the elements in the file.
    package let type: ScalarType
    /// The lengths of the dimensions.
    public let shape: [Int]
    /// The size of the elements in bytes, without sharing.
    package var byteCount: Int { shape.reduce(type.byteCount, *) }
  }

  /// The path of the file.
  package let path: String
  /// The format of the file.
  package let format: Format
  /// The tensors in the file's order.
  public let entries: [Entry]
  /// Text by name: safetensors' metadata, or what Lightbox wrote into a PyTorch file.
  public let metadata: [String: String]
  /// The content of the file as a tree.
  package let values: CheckpointValue
  /// Objects in the file, of which only the name of the class is known.
  package let opaqueValues: [OpaqueValue]

  enum Content: Sendable {
    case safetensors(SafeTensors)
    case pyTorch(PyTorchFile)
  }
  let content: Content
  let source: ByteSource
  /// Indices of `entries` by name.
  let indices: [String: Int]

  /// Opens a file.
  ///
  /// - Throws: `CheckpointError` if it cannot be read, has an unknown format, or is malformed.
  public init(contentsOf path: String) throws(CheckpointError) {
    try self.init(try ByteSource(contentsOf: path), path: path)
  }

  /// Opens the bytes of a file.
  ///
  /// - Parameters:
  ///   - data: The bytes.
  ///   - path: The path that errors name.
  /// - Throws: `CheckpointError` if they have an unknown format or are malformed.
  package init(data: Data, path: String) throws(CheckpointError) {
    try self.init(ByteSource(data), path: path)
  }

  private init(_ source: ByteSource, path: String) throws(CheckpointError) {
    self.path = path
    self.source = source
    let head: [UInt8]
    do { head = try source.bytes(0, min(source.count, 512)) } catch {
      throw error.located(in: path)
    }
    format = try Checkpoint.format(of: head, count: source.count, path)
    if format == .safetensors {
      let file = try SafeTensors(source, path: path)
      content = .safetensors(file)
      entries = file.entries.map { Entry(name: $0.name, type: $0.type, shape: $0.shape) }
      metadata = file.metadata
      values = .dictionary(entries.map { .init(key: $0.name, value: .tensor($0.name)) })
      opaqueValues = []
    } else {
      let file: PyTorchFile
      do {
        file = try format == .pyTorchZip ? PyTorchFile(zip: source) : PyTorchFile(legacy: source)
      } catch { throw error.located(in: path) }
      opaqueValues = file.opaqueValues
      content = .pyTorch(file)
      entries = file.tensors.map {
        Entry(name: $0.name, type: $0.tensor.storage.type, shape: $0.tensor.shape)
      }
      metadata = file.metadata
      values = file.root
    }
    indices = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
  }

  /// Returns the tensor of a name without reading its elements.
  ///
  /// - Throws: `CheckpointError` if there is no such tensor.
  package func entry(_ name: String) throws(CheckpointError) -> Entry {
    guard let index = indices[name] else {
      throw CheckpointError(.noSuchTensor, path: path, tensor: name)
    }
    return entries[index]
  }
}

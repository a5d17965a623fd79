public import Foundation

/// A file of weights in any of the formats that Lightbox reads; what it is in is seen from its content.
///
/// safetensors, and both formats of `torch.save`. The file is mapped: opening reads what describes the
/// tensors, and their numbers are read when asked for. Nothing in a file can run code, make this read
/// beyond its bytes, or hold memory out of proportion to its size.
public struct Checkpoint: Sendable {
  /// What the file is written in.
  public enum Format: String, Sendable, Codable {
    /// safetensors.
    case safetensors
    /// `torch.save` since 1.6: a zip archive.
    case pyTorchZip = "PyTorch (zip)"
    /// `torch.save` before that.
    case pyTorchLegacy = "PyTorch (legacy)"
  }

  /// A tensor in the file.
  public struct Entry: Sendable, Equatable {
    /// Where it is: keys from the outermost, joined by "/", such as "model/conv1.weight".
    public let name: String
    /// The type of its numbers in the file.
    public let type: ScalarType
    /// Lengths of the dimensions.
    public let shape: [Int]
    /// Bytes of its numbers, written out.
    public var byteCount: Int { shape.reduce(type.byteCount, *) }
  }

  /// The file.
  public let path: String
  /// What the file is written in.
  public let format: Format
  /// The tensors, in the file's order.
  public let entries: [Entry]
  /// Free text by name: safetensors' metadata, or what Lightbox wrote beside PyTorch's tensors.
  public let metadata: [String: String]
  /// Everything in the file as a tree; tensors by their names.
  public let values: CheckpointValue

  enum Content: Sendable {
    case safetensors(SafeTensors)
    case pyTorch(PyTorchFile)
  }
  let content: Content
  let places: [String: Int]

  /// Opens a file.
  ///
  /// - Throws: `CheckpointError` if it cannot be read, is of an unknown format, or is not sound.
  public init(contentsOf path: String) throws(CheckpointError) {
    try self.init(data: try mapped(path), path: path)
  }

  /// Opens the bytes of a file.
  ///
  /// - Parameters:
  ///   - data: The bytes.
  ///   - path: What errors call it.
  /// - Throws: `CheckpointError` if they are of an unknown format, or not sound.
  public init(data: Data, path: String) throws(CheckpointError) {
    self.path = path
    format = try Checkpoint.format(of: data, path)
    do {
      switch format {
      case .safetensors:
        let file = try SafeTensors(data: data, path: path)
        content = .safetensors(file)
        entries = file.entries.map { Entry(name: $0.name, type: $0.type, shape: $0.shape) }
        metadata = file.metadata
        values = .dictionary(entries.map { .init(key: $0.name, value: .tensor($0.name)) })
      case .pyTorchZip, .pyTorchLegacy:
        let file = try format == .pyTorchZip ? PyTorchFile(zip: data) : PyTorchFile(legacy: data)
        content = .pyTorch(file)
        entries = file.tensors.map {
          Entry(name: $0.name, type: $0.tensor.storage.type, shape: $0.tensor.shape)
        }
        metadata = file.metadata
        values = file.root
      }
    } catch let flaw as Flaw {
      throw CheckpointError(flaw.reason, path: path)
    } catch let error as CheckpointError {
      throw error
    } catch {
      throw CheckpointError(.system("\(error)"), path: path)
    }
    places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
  }

  /// The tensor of a name.
  ///
  /// - Throws: `CheckpointError` if there is none.
  public func entry(_ name: String) throws(CheckpointError) -> Entry {
    guard let place = places[name] else { throw CheckpointError(.noSuchTensor(name), path: path) }
    return entries[place]
  }
}

/// The bytes of a file, which stay in the file.
func mapped(_ path: String) throws(CheckpointError) -> Data {
  var isFolder: ObjCBool = false
  guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
    throw CheckpointError(.system("there is no such file"), path: path)
  }
  // A device or a pipe may have no end.
  var facts = stat()
  guard !isFolder.boolValue, stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
    throw CheckpointError(.system("this is a folder or a device, not a file"), path: path)
  }
  do {
    return try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
  } catch {
    throw CheckpointError(.system("it cannot be read"), path: path)
  }
}

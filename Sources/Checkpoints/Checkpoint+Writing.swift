import Files
import Foundation
public import Tensors

extension Checkpoint {
  /// Writes a state dictionary atomically, in the format of the path's extension: `safetensors`, or `pth`,
  /// `pth.tar`, `pt`, `th`, `bin`, `ckpt` for PyTorch.
  ///
  /// - Parameters:
  ///   - stateDictionary: The tensors in the order to write.
  ///   - metadata: Text by name. PyTorch ignores it.
  ///   - path: The file; an existing one is replaced.
  /// - Throws: `CheckpointError` if the extension is unknown, two tensors have the same name, or the file
  ///   cannot be written. An existing file is not changed then.
  public static func write(
    _ stateDictionary: some Sequence<(name: String, tensor: Tensor)>,
    metadata: [String: String] = [:], to path: String
  ) throws(CheckpointError) {
    try write(
      stateDictionary.map { RawTensor($0.name, $0.tensor) }, metadata: metadata, to: path)
  }

  /// Writes tensors of any type bit for bit, in the format of the path's extension.
  ///
  /// - Throws: `CheckpointError`. An existing file is not changed then.
  package static func write(
    _ tensors: [RawTensor], metadata: [String: String] = [:], to path: String
  ) throws(CheckpointError) {
    let name = (path.split(separator: "/").last ?? "").lowercased()
    // The name that PyTorch's ImageNet example and CheXNet use; the file is no archive of tar.
    let plain = name.hasSuffix(".pth.tar") ? name.dropLast(4) : name[...]
    switch plain.split(separator: ".").dropFirst().last {
    case "safetensors": try SafeTensors.write(tensors, metadata: metadata, to: path)
    case "pth", "pt", "th", "bin", "ckpt":
      try PyTorchWriter.write(tensors, metadata: metadata, to: path)
    default: throw CheckpointError(.unknownExtension, path: path)
    }
  }

  /// Writes the tensors of this file bit for bit to another file, in the format of the path's extension.
  ///
  /// - Parameters:
  ///   - path: The file to write. Its metadata are `describingMetadata`.
  ///   - part: The key of the network's dictionary. Default: the only one.
  ///   - all: Write every tensor under its path in this file, not only the network.
  /// - Returns: The number of tensors.
  /// - Throws: `CheckpointError`. An existing file is not changed then.
  package func convert(
    to path: String, part: String? = nil, all: Bool = false
  ) throws(CheckpointError) -> Int {
    var tensors: [RawTensor] = []
    if all {
      for entry in entries { tensors.append(try RawTensor(entry.name, entry.name, of: self)) }
    } else {
      for item in try networkEntries(part: part) {
        tensors.append(try RawTensor(item.name, item.entry.name, of: self))
      }
    }
    try Checkpoint.write(tensors, metadata: describingMetadata, to: path)
    return tensors.count
  }

  /// `metadata`, and for PyTorch files the scalars, strings and lists of them at the top of the tree.
  package var describingMetadata: [String: String] {
    guard case .dictionary(let members) = values else { return metadata }
    var found: [String: String] = [:]
    for member in members {
      if let text = member.value.plainText { found[member.key] = text }
    }
    return found.merging(metadata) { $1 }
  }
}

/// Writes a file atomically.
///
/// - Throws: `CheckpointError`, of this file or of the one that `body` reads.
func writeAtomically(
  to path: String, _ body: (FileHandle) throws -> Void
) throws(CheckpointError) {
  do {
    try AtomicFile.write(to: path, body)
  } catch let error as CheckpointError {
    throw error
  } catch let error as FileError {
    throw CheckpointError(.file(error.reason), path: error.path)
  } catch {
    throw CheckpointError(.file(.unwritable(errno: EIO)), path: path)
  }
}

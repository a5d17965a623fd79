import Files
import Foundation

extension Checkpoint {
  /// Writes tensors in the format that the path's extension names: `safetensors`, or `pth`, `pt`, `th`,
  /// `bin` for PyTorch.
  ///
  /// - Throws: `CheckpointError` if the extension is another, or the file cannot be written; what was
  ///   there before is still there then.
  public static func write(
    _ tensors: [RawTensor], metadata: [String: String] = [:], to path: String
  ) throws(CheckpointError) {
    let name = path.split(separator: "/").last ?? ""
    switch name.split(separator: ".").dropFirst().last?.lowercased() {
    case "safetensors": try SafeTensors.write(tensors, metadata: metadata, to: path)
    case "pth", "pt", "th", "bin", "ckpt":
      try PyTorchWriter.write(tensors, metadata: metadata, to: path)
    default:
      throw CheckpointError(
        .otherFormat("name it .safetensors or .pth, so that it is clear what to write"), path: path)
    }
  }

  /// Numbers, texts and lists of such that stand beside the weights, as safetensors' metadata: what
  /// `metadata` holds, and for PyTorch's files the values at their top.
  public var describingValues: [String: String] {
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

public import Files

/// A checkpoint file that cannot be read or written.
public struct CheckpointError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Reason: Sendable, Equatable {
    /// The operating system does not let us read or write the file.
    case file(FileError.Reason)
    /// The file cannot be used.
    case system(String)
    /// The header does not fit the format.
    case badHeader(String)
    /// An entry contradicts itself, another entry or the file's size.
    case badEntry(name: String, String)
    /// A scalar type that is not supported.
    case unsupportedType(name: String, dtype: String)
    /// The file is of another kind.
    case otherFormat(String)
    /// There is no such tensor.
    case noSuchTensor(String)
    /// A PyTorch file that contradicts itself or its size.
    case damaged(String)
    /// A PyTorch file that asks for a class or function beyond tensors and plain values.
    case foreignClass(String)
    /// A file without a network's weights, or with several.
    case noWeights(String)
  }

  /// What is wrong.
  public let reason: Reason
  /// The file.
  public let path: String

  /// Makes an error.
  public init(_ reason: Reason, path: String) {
    self.reason = reason
    self.path = path
  }

  /// One sentence: the file, what is wrong, and the way out where there is one.
  public var description: String {
    switch reason {
    case .file(let reason): FileError(reason, path: path).description
    case .system(let text): "\(path): \(text)"
    case .badHeader(let text): "\(path): not a sound safetensors file: \(text)"
    case .badEntry(let name, let text):
      "\(path): not a sound safetensors file: the entry \"\(name)\" \(text)"
    case .unsupportedType(let name, let dtype):
      "\(path): the entry \"\(name)\" is of type \(dtype), which is not supported; "
        + "save it as F32, F16, BF16, F64, I64, I32, I16, I8, U8 or BOOL"
    case .otherFormat(let text): "\(path): \(text)"
    case .noSuchTensor(let name): "\(path): there is no tensor \"\(name)\""
    case .damaged(let text): "\(path): not a sound PyTorch file: \(text)"
    case .foreignClass(let name):
      "\(path): the file asks for \(name), which is neither a tensor nor a plain value; nothing was run. "
        + "If it is your own file, save only the weights in Python: "
        + "torch.save(model.state_dict(), \"out.pth\")"
    case .noWeights(let text): "\(path): \(text)"
    }
  }
}

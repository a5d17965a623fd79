public import Files

/// An error of reading or writing a checkpoint.
public struct CheckpointError: LightboxError, Equatable {
  /// The reason of an error, with its facts.
  package enum Reason: Sendable, Equatable {
    /// The file cannot be read or written.
    case file(FileError.Reason)
    /// The path is a folder, a device or a pipe.
    case notRegularFile
    /// The content is neither safetensors nor PyTorch's; the format if it is recognized.
    case unknownFormat(ForeignFormat?)
    /// A TorchScript program instead of weights.
    case torchScript
    /// The extension of the path to write is unknown.
    case unknownExtension
    /// The content violates the safetensors format.
    case malformedSafetensors(String)
    /// The content violates the format of `torch.save`.
    case malformedPyTorchFile(String)
    /// A scalar type that is not supported.
    case unsupportedType(String)
    /// A pickle refers to a class or function that is not allowed.
    case unsupportedGlobal(String)
    /// The file has no tensor of this name.
    case noSuchTensor
    /// Two tensors to write have the same name.
    case duplicateTensor
    /// The file contains no tensors.
    case noTensors
    /// The file contains tensors, but no state dictionary of a network.
    case noStateDictionary
    /// Several state dictionaries could be the network.
    case ambiguousNetwork([NetworkCandidate])
    /// The file has no dictionary and no prefix of this name.
    case noSuchPart(String)
    /// The dictionary of this name contains no tensors.
    case emptyPart(String)
    /// Tensors contain NaN or infinite values, or negative variances.
    case unusableValues([ValueFaults])
    /// The file became shorter, or was written, while it was read.
    case changed
    /// A number in the file exceeds a limit of the reader.
    case tooLarge(what: String, value: Int, limit: Int)
  }

  /// Formats that are recognized but not read.
  package enum ForeignFormat: Sendable, Equatable {
    /// An empty file.
    case empty
    /// HDF5, as Keras writes it.
    case hdf5
    /// GGUF.
    case gguf
    /// gzip.
    case gzip
    /// A NumPy array.
    case numPy
    /// The pointer of a Git LFS file.
    case gitLFSPointer
    /// HTML.
    case webPage
    /// A tar archive.
    case tar
  }

  package let reason: Reason
  /// The file, and the tensor in it.
  public let place: ErrorPlace

  /// Creates an error.
  package init(_ reason: Reason, path: String, tensor: String? = nil) {
    self.reason = reason
    place = ErrorPlace(file: path, element: tensor)
  }

  /// Whether the file cannot be opened, read or written, whatever its content.
  package var isOfFile: Bool {
    switch reason {
    case .file, .notRegularFile, .changed: true
    default: false
    }
  }

  /// Whether values are NaN or infinite, or variances negative.
  package var isOfValues: Bool {
    if case .unusableValues = reason { true } else { false }
  }

  /// The problem.
  public var problem: String {
    switch reason {
    case .file(let reason): FileError(reason, path: "").problem
    case .notRegularFile: "it is a folder, a pipe or a device, not a file"
    case .unknownFormat(.empty): "the file is empty"
    case .unknownFormat(let format):
      "it is neither a safetensors nor a PyTorch file"
        + (format.map { "; it seems to be \($0.words)" } ?? "")
    case .torchScript: "it is a TorchScript program, not weights"
    case .unknownExtension: "the extension is not that of a checkpoint format"
    case .malformedSafetensors(let text): "not a valid safetensors file: \(text)"
    case .malformedPyTorchFile(let text): "not a valid PyTorch file: \(text)"
    case .unsupportedType(let type): "the scalar type \(type) is not supported"
    case .unsupportedGlobal(let name):
      "the file refers to \(name), which is neither a tensor nor a plain value; no code was run"
    case .noSuchTensor: "the file has no such tensor"
    case .duplicateTensor: "two tensors have this name; no file was written"
    case .noTensors: "the file contains no tensors"
    case .noStateDictionary: "the file contains tensors, but no state dictionary of a network"
    case .ambiguousNetwork(let found):
      "the file has several networks: \(found.prefix(8).map(\.words).joined(separator: ", "))"
        + (found.count > 8 ? " and \(found.count - 8) more" : "")
    case .noSuchPart(let part):
      "the file has no dictionary \"\(part)\" and no tensors whose names begin with \"\(part).\""
    case .unusableValues(let faults):
      "the network cannot compute with its values: "
        + faults.prefix(4).map { "\($0.name) has \($0.words)" }.joined(separator: "; ")
        + (faults.count > 4 ? "; and \(faults.count - 4) more tensors" : "")
    case .changed: "it was changed while it was read"
    case .tooLarge(let what, let value, let limit):
      "\(what): \(value), but the limit is \(limit)"
    case .emptyPart(let part): "the dictionary \"\(part)\" contains no tensors"
    }
  }

  /// The remedy.
  public var remedy: String? {
    switch reason {
    case .file(let reason): FileError(reason, path: "").remedy
    case .unknownFormat(let format): format?.remedy
    case .torchScript:
      "save its weights in Python: "
        + "torch.save(torch.jit.load(\"in.pt\").state_dict(), \"out.pth\")"
    case .unknownExtension: "use .safetensors or .pth"
    case .unsupportedType:
      "save the tensors as F64, F32, F16, BF16, I64, I32, I16, I8, U8 or BOOL, in PyTorch with "
        + "x.float() or x.to(torch.int32)"
    case .unsupportedGlobal:
      "if the file is your own, save only its weights in Python: "
        + "torch.save(model.state_dict(), \"out.pth\")"
    case .ambiguousNetwork(let found):
      (found.first { $0.fit?.fits ?? true } ?? found.first)
        .map { "choose one, such as --part \($0.part)" }
    case .unusableValues: "take the weights of an earlier epoch, or of a run that did not diverge"
    case .changed: "wait until it is complete, and try again"
    case .noSuchPart, .emptyPart: "lightbox weights inspect lists the names"
    case .notRegularFile, .malformedSafetensors, .malformedPyTorchFile, .noSuchTensor,
      .duplicateTensor, .noTensors, .noStateDictionary, .tooLarge:
      nil
    }
  }
}

extension CheckpointError.ForeignFormat {
  fileprivate var words: String {
    switch self {
    case .empty: "empty"
    case .hdf5: "a Keras or HDF5 file"
    case .gguf: "a GGUF file"
    case .gzip: "compressed by gzip"
    case .numPy: "a NumPy array"
    case .gitLFSPointer: "the pointer of a Git LFS file"
    case .webPage: "a web page"
    case .tar: "a tar archive"
    }
  }

  fileprivate var remedy: String? {
    switch self {
    case .empty, .webPage: "download it again"
    case .gzip: "decompress it first"
    case .gitLFSPointer: "run git lfs pull"
    case .tar: "unpack it, or if it was saved by PyTorch before 0.2, load and save it with PyTorch"
    case .hdf5, .gguf, .numPy: nil
    }
  }
}

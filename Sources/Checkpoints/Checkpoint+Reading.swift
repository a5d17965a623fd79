package import Foundation
import Synchronization
public import Tensors

extension Checkpoint {
  /// Reads one tensor: floating-point types as float32, I16 and I8 as int32, other integers unchanged.
  ///
  /// - Throws: `CheckpointError` if there is no such tensor or its bytes are malformed.
  public func tensor(_ name: String) throws(CheckpointError) -> Tensor {
    guard let tensor = try tensors([name])[name] else {
      throw CheckpointError(.noSuchTensor, path: path, tensor: name)
    }
    return tensor
  }

  /// Reads the named tensors on several threads, without reading the bytes of others.
  ///
  /// - Throws: `CheckpointError` if one does not exist or is malformed.
  public func tensors(_ names: some Sequence<String>) throws(CheckpointError) -> [String: Tensor] {
    let found = Mutex<[String: Tensor]>([:])
    try read(names) { entry, bytes in
      let tensor = entry.type.tensor(entry.shape, from: bytes)
      found.withLock { $0[entry.name] = tensor }
    }
    return found.withLock { $0 }
  }

  /// The elements of a tensor in its type in the file, row-major, little endian.
  ///
  /// - Throws: `CheckpointError` if there is no such tensor or its bytes are malformed.
  package func bytes(of name: String) throws(CheckpointError) -> Data {
    let found = Mutex(Data())
    try read(CollectionOfOne(name)) { _, bytes in
      let copy = Data(bytes)
      found.withLock { $0 = copy }
    }
    return found.withLock { $0 }
  }

  /// Calls `body`, from any thread, with the bytes of each tensor.
  private func read(
    _ names: some Sequence<String>, _ body: @Sendable (Entry, UnsafeRawBufferPointer) -> Void
  ) throws(CheckpointError) {
    var wanted: [Int] = []
    var seen = Set<Int>()
    for name in names {
      guard let index = indices[name] else {
        throw CheckpointError(.noSuchTensor, path: path, tensor: name)
      }
      if seen.insert(index).inserted { wanted.append(index) }
    }
    do {
      switch content {
      case .pyTorch(let file): try file.read(wanted) { body(entries[$0], $1) }
      case .safetensors(let file): try file.read(wanted) { body(entries[$0], $1) }
      }
    } catch { throw error.located(in: path) }
  }
}

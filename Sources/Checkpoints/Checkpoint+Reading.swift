public import Foundation
import Synchronization
public import Tensors

extension Checkpoint {
  /// Reads one tensor: floating-point types as float32, integers as they are (I16 and I8 as int32).
  ///
  /// - Throws: `CheckpointError` if there is none of that name, or its bytes are damaged.
  public func tensor(_ name: String) throws(CheckpointError) -> Tensor {
    let tensors = try tensors([try entry(name).name])
    guard let tensor = tensors[name] else {
      throw CheckpointError(.noSuchTensor(name), path: path)
    }
    return tensor
  }

  /// Reads the tensors of some names, on several threads; the bytes of the others are not touched.
  ///
  /// - Throws: `CheckpointError` if one is missing or damaged.
  public func tensors(_ names: some Sequence<String>) throws(CheckpointError) -> [String: Tensor] {
    let found = Mutex<[String: Tensor]>([:])
    try read(names) { entry, bytes in
      let tensor = entry.type.tensor(entry.shape, from: bytes)
      found.withLock { $0[entry.name] = tensor }
    }
    return found.withLock { $0 }
  }

  /// The numbers of a tensor as they stand in the file: row-major, little endian.
  ///
  /// - Throws: `CheckpointError` if there is none of that name, or its bytes are damaged.
  public func bytes(of name: String) throws(CheckpointError) -> Data {
    let found = Mutex(Data())
    try read(CollectionOfOne(name)) { _, bytes in
      let copy = Data(bytes)
      found.withLock { $0 = copy }
    }
    return found.withLock { $0 }
  }

  /// Calls a function with the bytes of each tensor, from any thread.
  private func read(
    _ names: some Sequence<String>, _ body: @Sendable (Entry, UnsafeRawBufferPointer) -> Void
  ) throws(CheckpointError) {
    var wanted: [Int] = []
    var seen = Set<Int>()
    for name in names {
      guard let place = places[name] else { throw CheckpointError(.noSuchTensor(name), path: path) }
      if seen.insert(place).inserted { wanted.append(place) }
    }
    do {
      switch content {
      case .pyTorch(let file): try file.read(wanted) { body(entries[$0], $1) }
      case .safetensors(let file): try file.read(wanted) { body(entries[$0], $1) }
      }
    } catch { throw CheckpointError(error.reason, path: path) }
  }
}

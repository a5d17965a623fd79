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
    let names = Array(names)
    try checkMemory(names)
    let found = Mutex<[String: Tensor]>([:])
    try read(names) { entry in
      guard entry.type.isTensorType else { return nil }
      let tensor = Tensor(uninitialized: entry.shape, dtype: entry.type.tensorType)
      found.withLock { $0[entry.name] = tensor }
      return tensor.rawBytes
    } _: { entry, bytes in
      if entry.type.isTensorType { return }
      let tensor = entry.type.tensor(entry.shape, from: bytes)
      found.withLock { $0[entry.name] = tensor }
    }
    return found.withLock { $0 }
  }

  /// - Throws: `CheckpointError` if tensors need more memory than is available.
  private func checkMemory(_ names: [String]) throws(CheckpointError) {
    let needed = names.reduce(0) { sum, name in
      let entry = indices[name].map { entries[$0] }
      return sum + (entry.map { $0.shape.reduce($0.type.tensorType.byteCount, *) } ?? 0)
    }
    guard needed > 1 << 30,
      let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
      let available = Int(line.filter(\.isNumber)).map({ $0 * 1024 }), needed > available
    else { return }
    throw CheckpointError(
      .tooLarge(what: "bytes of memory for its tensors", value: needed, limit: available),
      path: path)
  }

  /// The elements of a tensor in its type in the file, row-major, little endian.
  ///
  /// - Throws: `CheckpointError` if there is no such tensor or its bytes are malformed.
  package func bytes(of name: String) throws(CheckpointError) -> Data {
    let found = Mutex(Data())
    try read(CollectionOfOne(name)) { (_: Entry, bytes: UnsafeRawBufferPointer) in
      let copy = Data(bytes)
      found.withLock { $0 = copy }
    }
    return found.withLock { $0 }
  }

  /// Whether two tensors are the same elements of the file.
  package func sharesElements(_ a: Entry, _ b: Entry) -> Bool {
    guard a.shape == b.shape, a.type == b.type, let first = indices[a.name],
      let second = indices[b.name]
    else { return false }
    guard case .pyTorch(let file) = content else { return first == second }
    let (x, y) = (file.tensors[first].tensor, file.tensors[second].tensor)
    return x.storage.key == y.storage.key && x.firstByte == y.firstByte && x.strides == y.strides
  }

  /// Calls `body`, from any thread, with the bytes of each tensor.
  ///
  /// `memory` returns where to read them, or nil for a temporary buffer.
  func read(
    _ names: some Sequence<String>,
    _ memory: @Sendable (Entry) -> UnsafeMutableRawBufferPointer? = { _ in nil },
    _ body: @Sendable (Entry, UnsafeRawBufferPointer) -> Void
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
      case .pyTorch(let file):
        try file.read(wanted, { memory(entries[$0]) }, { body(entries[$0], $1) })
      case .safetensors(let file):
        try file.read(wanted, { memory(entries[$0]) }, { body(entries[$0], $1) })
      }
      try source.checkUnchanged()
    } catch { throw error.located(in: path) }
  }
}

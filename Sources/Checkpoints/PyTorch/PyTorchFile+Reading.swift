import Foundation

extension PickleTensor {
  /// The size of the elements in bytes, without sharing.
  var byteCount: Int { Checkpoints.byteCount(shape, storage.type) ?? Int.max }

  /// The offset of the first element in the whole storage, in bytes.
  var firstByte: Int { (storage.offset + offset) * storage.type.byteCount }

  /// Whether the elements are row-major in the storage, without gaps.
  var isContiguous: Bool {
    var expected = 1
    for (length, stride) in zip(shape, strides).reversed() where length != 1 {
      if stride != expected { return shape.contains(0) }
      expected *= length
    }
    return true
  }

  /// Copies the elements, row-major, from the bytes of the whole storage.
  func gather(_ storageBytes: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) {
    guard byteCount > 0, let source = storageBytes.baseAddress, let out = target.baseAddress else {
      return
    }
    if isContiguous {
      out.copyMemory(from: source + firstByte, byteCount: byteCount)
      return
    }
    let width = storage.type.byteCount
    let inner = shape[shape.count - 1]
    // The stride of a dimension of length 1 is arbitrary, so that the arithmetic may overflow.
    let step = strides[shape.count - 1] &* width
    var index = [Int](repeating: 0, count: shape.count - 1)
    var written = 0
    while true {
      var at = firstByte
      for (i, stride) in zip(index, strides) { at &+= i &* stride &* width }
      for _ in 0..<inner {
        (out + written).copyMemory(from: source + at, byteCount: width)
        written += width
        at &+= step
      }
      var axis = index.count - 1
      while axis >= 0 {
        index[axis] += 1
        if index[axis] < shape[axis] { break }
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}

extension PyTorchFile {
  /// Calls `body`, from any thread and in any order, with the row-major bytes of the tensors at some
  /// indices.
  ///
  /// Tensors that share a storage are read together, so that it is inflated and checked once. `memory` returns
  /// where to read a tensor, or nil for a temporary buffer.
  func read(
    _ wanted: [Int], _ memory: @Sendable (Int) -> UnsafeMutableRawBufferPointer?,
    _ body: @Sendable (Int, UnsafeRawBufferPointer) -> Void
  ) throws(ParseError) {
    var groups: [[Int]] = []
    var group: [Int: Int] = [:]
    for index in wanted {
      let storage = tensors[index].location.identifier
      if let known = group[storage] {
        groups[known].append(index)
      } else {
        group[storage] = groups.count
        groups.append([index])
      }
    }
    let bytes = groups.reduce(0) { $0 + tensors[$1[0]].location.size }
    try inParallel(groups.count, bytes: bytes) { [groups] next throws(ParseError) in
      var scratch = ScratchBuffer()
      guard let archive else {
        while let group = next() { try read(groups[group], nil, &scratch, memory, body) }
        return
      }
      try archive.withSession { session throws(ParseError) in
        while let group = next() { try read(groups[group], session, &scratch, memory, body) }
      }
    }
  }

  /// Reads tensors of one storage.
  private func read(
    _ group: [Int], _ session: ZipArchive.Session?, _ scratch: inout ScratchBuffer,
    _ memory: (Int) -> UnsafeMutableRawBufferPointer?,
    _ body: (Int, UnsafeRawBufferPointer) -> Void
  ) throws(ParseError) {
    let location = tensors[group[0]].location
    var rest = group
    if group.count == 1 || session == nil {
      // The usual case: straight into the tensor, which is the whole record or a range of the file.
      rest.removeAll(keepingCapacity: true)
      for index in group where try !readDirectly(index, session, memory, body) {
        rest.append(index)
      }
    }
    if rest.isEmpty { return }
    if sharedStorages.contains(location.identifier) {
      try shared.with(location.identifier) { () throws(ParseError) in
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: location.size, alignment: 64)
        do throws(ParseError) { try read(location, session, into: copy) } catch {
          copy.deallocate()
          throw error
        }
        return copy
      } _: { storage in
        for index in rest { deliver(index, storage, memory, body) }
      }
      return
    }
    let storage = scratch.bytes(location.size)
    try read(location, session, into: storage)
    for index in rest { deliver(index, UnsafeRawBufferPointer(storage), memory, body) }
  }

  /// - Returns: False if the tensor has to be gathered from the whole storage.
  private func readDirectly(
    _ index: Int, _ session: ZipArchive.Session?,
    _ memory: (Int) -> UnsafeMutableRawBufferPointer?,
    _ body: (Int, UnsafeRawBufferPointer) -> Void
  ) throws(ParseError) -> Bool {
    let tensor = tensors[index].tensor
    guard tensor.isContiguous else { return false }
    switch tensors[index].location {
    case .record(let record):
      guard let session, tensor.byteCount == record.size, record.size == 0 || tensor.firstByte == 0,
        let target = memory(index)
      else { return false }
      try session.read(record, into: target)
      body(index, UnsafeRawBufferPointer(target))
    case .bytes(let start, _):
      guard let target = memory(index) else { return false }
      if tensor.byteCount > 0 { try source.read(start + tensor.firstByte, into: target) }
      body(index, UnsafeRawBufferPointer(target))
    }
    return true
  }

  private func read(
    _ location: Location, _ session: ZipArchive.Session?,
    into target: UnsafeMutableRawBufferPointer
  ) throws(ParseError) {
    switch location {
    case .record(let record): try session?.read(record, into: target)
    case .bytes(let start, _): try source.read(start, into: target)
    }
  }

  private func deliver(
    _ index: Int, _ storage: UnsafeRawBufferPointer,
    _ memory: (Int) -> UnsafeMutableRawBufferPointer?,
    _ body: (Int, UnsafeRawBufferPointer) -> Void
  ) {
    let tensor = tensors[index].tensor
    if let target = memory(index) {
      tensor.gather(storage, into: target)
      body(index, UnsafeRawBufferPointer(target))
      return
    }
    if tensor.isContiguous {
      let start = tensor.byteCount == 0 ? 0 : tensor.firstByte
      body(index, UnsafeRawBufferPointer(rebasing: storage[start..<start + tensor.byteCount]))
      return
    }
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: tensor.byteCount, alignment: 64)
    defer { copy.deallocate() }
    tensor.gather(storage, into: copy)
    body(index, UnsafeRawBufferPointer(copy))
  }
}

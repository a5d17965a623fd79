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
  /// Tensors that share a storage are read together, so that it is inflated and checked once.
  func read(
    _ wanted: [Int], _ body: @Sendable (Int, UnsafeRawBufferPointer) -> Void
  ) throws(ParseError) {
    var groups: [[Int]] = []
    var group: [Int64: Int] = [:]
    for index in wanted {
      if case .record(let record) = tensors[index].location {
        if let known = group[record.index] {
          groups[known].append(index)
          continue
        }
        group[record.index] = groups.count
      }
      groups.append([index])
    }
    let bytes = groups.reduce(0) { $0 + tensors[$1[0]].location.size }
    try inParallel(groups.count, bytes: bytes) { [groups] next throws(ParseError) in
      guard let archive else {
        while let group = next() { readBytes(groups[group][0], body) }
        return
      }
      try archive.withSession { session throws(ParseError) in
        var scratch = ScratchBuffer()
        while let group = next() {
          guard case .record(let record) = tensors[groups[group][0]].location else { continue }
          let memory = scratch.bytes(record.size)
          try session.read(record, into: memory)
          for tensor in groups[group] { deliver(tensor, UnsafeRawBufferPointer(memory), body) }
        }
      }
    }
  }

  private func readBytes(_ index: Int, _ body: (Int, UnsafeRawBufferPointer) -> Void) {
    guard case .bytes(let start, let count) = tensors[index].location else { return }
    data.withUnsafeBytes { bytes in
      deliver(index, UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]), body)
    }
  }

  private func deliver(
    _ index: Int, _ storageBytes: UnsafeRawBufferPointer,
    _ body: (Int, UnsafeRawBufferPointer) -> Void
  ) {
    let tensor = tensors[index].tensor
    if tensor.isContiguous {
      let start = tensor.byteCount == 0 ? 0 : tensor.firstByte
      body(index, UnsafeRawBufferPointer(rebasing: storageBytes[start..<start + tensor.byteCount]))
      return
    }
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: tensor.byteCount, alignment: 64)
    defer { copy.deallocate() }
    tensor.gather(storageBytes, into: copy)
    body(index, UnsafeRawBufferPointer(copy))
  }
}

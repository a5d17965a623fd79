import Foundation

extension PickleTensor {
  /// Bytes of the tensor's numbers, written out.
  var byteCount: Int { Checkpoints.byteCount(shape, storage.type) ?? Int.max }

  /// First byte of the tensor in its whole memory.
  var firstByte: Int { (storage.offset + offset) * storage.type.byteCount }

  /// True if the numbers stand in the memory as in the tensor, without gaps.
  var isContiguous: Bool {
    var expected = 1
    for (length, stride) in zip(shape, strides).reversed() where length != 1 {
      if stride != expected { return shape.contains(0) }
      expected *= length
    }
    return true
  }

  /// Copies the numbers, row-major, out of the bytes of the whole memory.
  func gather(_ memory: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) {
    guard byteCount > 0, let source = memory.baseAddress, let out = target.baseAddress else {
      return
    }
    if isContiguous {
      out.copyMemory(from: source + firstByte, byteCount: byteCount)
      return
    }
    let width = storage.type.byteCount
    let inner = shape[shape.count - 1]
    // The stride of a single number is never used, and may be anything: hence &* and &+.
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
  /// The numbers of tensors, row-major, as they stand in the file; `body` may be called from any
  /// thread, and in any order.
  ///
  /// Tensors that share memory are read one after the other, so that it is read and checked once.
  func read(
    _ wanted: [Int], _ body: @Sendable (Int, UnsafeRawBufferPointer) -> Void
  ) throws(Flaw) {
    var groups: [[Int]] = []
    var group: [Int64: Int] = [:]
    for index in wanted {
      if case .record(let record) = tensors[index].place {
        if let known = group[record.index] {
          groups[known].append(index)
          continue
        }
        group[record.index] = groups.count
      }
      groups.append([index])
    }
    let bytes = groups.reduce(0) { $0 + tensors[$1[0]].place.size }
    try inParallel(groups.count, bytes: bytes) { [groups] next throws(Flaw) in
      guard let archive else {
        while let group = next() { readBytes(groups[group][0], body) }
        return
      }
      try archive.session { session throws(Flaw) in
        var scratch = Scratch()
        while let group = next() {
          guard case .record(let record) = tensors[groups[group][0]].place else { continue }
          let memory = scratch.bytes(record.size)
          try session.read(record, into: memory)
          for tensor in groups[group] { hand(tensor, UnsafeRawBufferPointer(memory), body) }
        }
      }
    }
  }

  private func readBytes(_ index: Int, _ body: (Int, UnsafeRawBufferPointer) -> Void) {
    guard case .bytes(let start, let count) = tensors[index].place else { return }
    data.withUnsafeBytes { bytes in
      hand(index, UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]), body)
    }
  }

  private func hand(
    _ index: Int, _ memory: UnsafeRawBufferPointer, _ body: (Int, UnsafeRawBufferPointer) -> Void
  ) {
    let tensor = tensors[index].tensor
    if tensor.isContiguous {
      let start = tensor.byteCount == 0 ? 0 : tensor.firstByte
      body(index, UnsafeRawBufferPointer(rebasing: memory[start..<start + tensor.byteCount]))
      return
    }
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: tensor.byteCount, alignment: 64)
    defer { room.deallocate() }
    tensor.gather(memory, into: room)
    body(index, UnsafeRawBufferPointer(room))
  }
}

/// Tensors and the memory that they are views of.
extension PickleReader {
  /// Memory kept beside the pickle: `("storage", class, key, device, count[, part])`.
  mutating func persistent(_ value: PickleValue) throws(Flaw) {
    guard let parts = heap.items(value), parts.count >= 5, parts[0].string == "storage",
      case .known(let known) = parts[1], let key = parts[2].string ?? parts[2].int.map(String.init),
      let count = parts[4].int, count >= 0
    else { throw .damaged("its pickle asks for memory in an unknown way") }
    let type: ScalarType
    switch known {
    case .storage(let named): type = named
    case .untypedStorage: type = .uint8
    default: throw .damaged("its pickle asks for memory of no type")
    }
    var offset = 0
    var own = count
    if parts.count > 5, let part = heap.items(parts[5]) {
      guard part.count == 3, let from = part[1].int, let length = part[2].int, from >= 0,
        length >= 0, from <= count, length <= count - from
      else { throw .damaged("a part of memory lies outside of it") }
      offset = from
      own = length
    }
    heap.storages.append(
      PickleStorage(key: key, type: type, count: own, offset: offset, wholeCount: count))
    stack.append(.storage(heap.storages.count - 1))
  }

  /// A view of memory: `(storage, offset, shape, strides, …)`; every number of it must lie inside.
  mutating func tensor(_ arguments: [PickleValue], _ stated: ScalarType?) throws(Flaw) -> Int {
    guard case .storage(let place) = arguments[0], let offset = arguments[1].int,
      let shape = heap.integers(arguments[2]), let strides = heap.integers(arguments[3])
    else { throw .damaged("a tensor in its pickle is not described by a storage and numbers") }
    var storage = heap.storages[place]
    if let stated, stated != storage.type {
      guard storage.type == .uint8, storage.wholeCount % stated.byteCount == 0, storage.offset == 0
      else { throw .damaged("a tensor in its pickle is of another type than its memory") }
      let count = storage.count / stated.byteCount
      storage = PickleStorage(
        key: storage.key, type: stated, count: count, offset: 0, wholeCount: count)
    }
    let tensor = PickleTensor(storage: storage, offset: offset, shape: shape, strides: strides)
    try PickleReader.check(tensor)
    heap.tensors.append(tensor)
    return heap.tensors.count - 1
  }

  private static func check(_ tensor: PickleTensor) throws(Flaw) {
    let (shape, strides) = (tensor.shape, tensor.strides)
    func bad(_ text: String) -> Flaw {
      .damaged("a tensor of shape \(shape.prefix(8)) and strides \(strides.prefix(8)) \(text)")
    }
    guard shape.count == strides.count, shape.count <= 64 else { throw bad("makes no sense") }
    guard shape.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 }), tensor.offset >= 0 else {
      throw bad("and offset \(tensor.offset) has negative numbers")
    }
    guard let bytes = byteCount(shape, tensor.storage.type), bytes < Int.max / 64 else {
      throw bad("is beyond all bounds")
    }
    if shape.contains(0) { return }
    var last = tensor.offset
    for (length, stride) in zip(shape, strides) {
      let (reach, over) = (length - 1).multipliedReportingOverflow(by: stride)
      let (sum, beyond) = last.addingReportingOverflow(reach)
      guard !over, !beyond else { throw bad("is beyond all bounds") }
      last = sum
    }
    guard last < tensor.storage.count else {
      throw bad("reaches to number \(last) of memory that has \(tensor.storage.count)")
    }
  }
}

extension PickleHeap {
  /// The kind letter of a `numpy.dtype`, if its bytes are in this machine's order.
  func dtypeCode(_ place: Int) -> Character? {
    guard let state = objects[place].state, let items = items(state) else { return nil }
    // From the constructor: ("f8", …).
    guard let code = items.first?.string else { return nil }
    return code.first { $0 != "<" }
  }
}

/// Bytes of a tensor of a shape; nil where that is beyond 63 bits.
func byteCount(_ shape: [Int], _ type: ScalarType) -> Int? {
  // A length of 0 makes it empty, whatever the others multiply to, but those have to be sane too.
  var bytes = type.byteCount
  for length in shape where length > 0 {
    let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
    if overflow { return nil }
    bytes = product
  }
  return shape.contains(0) ? 0 : bytes
}

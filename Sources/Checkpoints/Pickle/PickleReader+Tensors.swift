/// Tensors and their storages.
extension PickleReader {
  /// BINPERSID: a storage, `("storage", class, key, device, count[, view])`.
  mutating func persistent(_ value: PickleValue) throws(ParseError) {
    // Old files of whole modules: ("module", class, file, source).
    if let parts = heap.items(value), parts.count == 4, parts[0].string == "module" {
      stack.append(parts[1])
      return
    }
    guard let parts = heap.items(value), parts.count >= 5, parts[0].string == "storage",
      case .known(let known) = parts[1], let key = parts[2].storageKey, let count = parts[4].int,
      count >= 0
    else { throw .malformed("its pickle has an unknown persistent id") }
    let type: ScalarType
    switch known {
    case .storage(let named): type = named
    case .untypedStorage: type = .uint8
    case .inert(let name): throw ParseError(.unsupportedGlobal(name))
    default: throw .malformed("its pickle refers to a storage without a type")
    }
    var offset = 0
    var own = count
    if parts.count > 5, let part = heap.items(parts[5]) {
      guard part.count == 3, let from = part[1].int, let length = part[2].int, from >= 0,
        length >= 0, from <= count, length <= count - from
      else { throw .malformed("a view of a storage exceeds it") }
      offset = from
      own = length
    }
    heap.storages.append(
      PickleStorage(key: key, type: type, count: own, offset: offset, wholeCount: count))
    stack.append(.storage(heap.storages.count - 1))
  }

  /// Adds a tensor from `(storage, offset, shape, strides, …)`.
  ///
  /// - Throws: `ParseError` if an element is outside of the storage.
  mutating func tensor(_ arguments: [PickleValue], _ stated: ScalarType?) throws(ParseError) -> Int
  {
    guard case .storage(let index) = arguments[0], let offset = arguments[1].int,
      let shape = heap.integers(arguments[2]), let strides = heap.integers(arguments[3])
    else { throw .malformed("a tensor in its pickle is not described by a storage and integers") }
    var storage = heap.storages[index]
    if let stated, stated != storage.type {
      guard storage.type == .uint8, storage.wholeCount % stated.byteCount == 0, storage.offset == 0
      else { throw .malformed("a tensor in its pickle has another type than its storage") }
      let count = storage.count / stated.byteCount
      storage = PickleStorage(
        key: storage.key, type: stated, count: count, offset: 0, wholeCount: count)
    }
    let tensor = PickleTensor(storage: storage, offset: offset, shape: shape, strides: strides)
    try PickleReader.check(tensor)
    heap.tensors.append(tensor)
    return heap.tensors.count - 1
  }

  private static func check(_ tensor: PickleTensor) throws(ParseError) {
    let (shape, strides) = (tensor.shape, tensor.strides)
    func malformed(_ text: String) -> ParseError {
      .malformed("a tensor of shape \(shape.prefix(8)) and strides \(strides.prefix(8)) \(text)")
    }
    guard shape.count == strides.count, shape.count <= 64 else {
      throw malformed("has not as many strides as dimensions, or more than 64")
    }
    guard shape.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 }), tensor.offset >= 0 else {
      throw malformed("and offset \(tensor.offset) has negative values")
    }
    guard let bytes = byteCount(shape, tensor.storage.type), bytes < Int.max / 64 else {
      throw malformed("overflows")
    }
    if shape.contains(0) { return }
    var last = tensor.offset
    for (length, stride) in zip(shape, strides) {
      let (reach, over) = (length - 1).multipliedReportingOverflow(by: stride)
      let (sum, beyond) = last.addingReportingOverflow(reach)
      guard !over, !beyond else { throw malformed("overflows") }
      last = sum
    }
    guard last < tensor.storage.count else {
      throw malformed("reads element \(last) of a storage of \(tensor.storage.count)")
    }
  }
}

extension PickleHeap {
  /// The kind of a `numpy.dtype`, such as "f"; nil if it is big-endian.
  func dtypeCode(_ index: Int) -> Character? {
    guard let state = objects[index].state, let items = items(state) else { return nil }
    // The constructor's arguments: ("f8", …).
    guard let code = items.first?.string else { return nil }
    return code.utf8.prefix(4).first { $0 != UInt8(ascii: "<") }.map {
      Character(Unicode.Scalar($0))
    }
  }
}

/// The size of a tensor in bytes; nil if it overflows.
func byteCount(_ shape: [Int], _ type: ScalarType) -> Int? {
  // The other lengths of an empty tensor must not overflow either.
  var bytes = type.byteCount
  for length in shape where length > 0 {
    let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
    if overflow { return nil }
    bytes = product
  }
  return shape.contains(0) ? 0 : bytes
}

/// Containers and the allowed calls.
extension PickleReader {
  mutating func build(_ code: UInt8) throws(ParseError) {
    switch code {
    case 0x5D, 0x8F: stack.append(.list(heap.list()))  // EMPTY_LIST, EMPTY_SET
    case 0x7D: stack.append(.dict(heap.dict()))  // EMPTY_DICT
    case 0x29: stack.append(.tuple(heap.list()))  // EMPTY_TUPLE
    case 0x6C, 0x91: stack.append(.list(heap.list(try popToMark())))  // LIST, FROZENSET
    case 0x74: stack.append(.tuple(heap.list(try popToMark())))  // TUPLE
    case 0x85, 0x86, 0x87:  // TUPLE1, 2, 3
      var items: [PickleValue] = []
      for _ in 0..<Int(code - 0x84) { items.append(try pop()) }
      stack.append(.tuple(heap.list(items.reversed())))
    case 0x64:  // DICT
      let items = try popToMark()
      stack.append(.dict(heap.dict()))
      try setItems(items)
    case 0x61: try append([try pop()])  // APPEND
    case 0x65, 0x90: try append(try popToMark())  // APPENDS, ADDITEMS
    case 0x73:  // SETITEM
      let value = try pop()
      try setItems([try pop(), value])
    case 0x75: try setItems(try popToMark())  // SETITEMS
    case 0x63:  // GLOBAL
      let module = try ByteReader.text(try reader.line())
      stack.append(.known(try find(module, try ByteReader.text(try reader.line()))))
    case 0x93:  // STACK_GLOBAL
      let name = try pop().string
      guard let name, let module = try pop().string else {
        throw .malformed("its pickle names a class by a value that is not a string")
      }
      stack.append(.known(try find(module, name)))
    case 0x50:  // PERSID
      throw .malformed(
        "its storages are described as text (protocol 0), which PyTorch cannot read either; save it "
          + "again with protocol 2")
    case 0x51: try persistent(try pop())  // BINPERSID
    case 0x52, 0x81:  // REDUCE, NEWOBJ
      let arguments = try pop()
      try call(try pop(), arguments)
    case 0x92:  // NEWOBJ_EX; no allowed class takes keyword arguments
      _ = try pop()
      let arguments = try pop()
      try call(try pop(), arguments)
    case 0x69:  // INST
      let module = try ByteReader.text(try reader.line())
      let known = try find(module, try ByteReader.text(try reader.line()))
      let arguments = PickleValue.tuple(heap.list(try popToMark()))
      try call(.known(known), arguments)
    case 0x6F:  // OBJ
      var items = try popToMark()
      guard !items.isEmpty else { throw .malformed("its pickle creates an object without a class") }
      let known = items.removeFirst()
      try call(known, .tuple(heap.list(items)))
    case 0x62: try setState(try pop())  // BUILD
    default:
      throw .malformed(
        "its pickle has the unknown opcode 0x\(String(code, radix: 16)) at byte \(reader.position - 1)"
      )
    }
  }

  private mutating func find(
    _ module: String, _ name: String
  ) throws(ParseError) -> KnownClass {
    // A long name could be recalled for every object.
    guard module.utf8.count <= Limits.className, name.utf8.count <= Limits.className else {
      throw .malformed("its pickle names a class by more than \(Limits.className) bytes")
    }
    guard let known = KnownClass.named(module, name) else {
      if module == "torch", KnownClass.unsupportedTypes.contains(name) {
        throw ParseError(.unsupportedType("torch.\(name)"))
      }
      // `getattr` was named to reach for this one.
      throw ParseError(
        .unsupportedGlobal(namesAttribute ? "builtins.getattr" : "\(module).\(name)"))
    }
    namesAttribute = known == .attribute
    return known
  }

  private mutating func append(_ items: [PickleValue]) throws(ParseError) {
    switch try top() {
    case .list(let index): heap.lists[index] += items
    case .object(let index): heap.objects[index].contents += items
    default: throw .malformed("its pickle appends to a value that is not a list")
    }
  }

  private mutating func setItems(_ items: [PickleValue]) throws(ParseError) {
    guard items.count % 2 == 0 else { throw .malformed("a key in its pickle has no value") }
    switch try top() {
    case .dict(let index):
      for i in stride(from: 0, to: items.count, by: 2) {
        try spend((items[i].string?.utf8.count ?? 0) / 16)
        heap.dicts[index].set(items[i], items[i + 1])
      }
    case .object(let index): heap.objects[index].contents += items
    default: throw .malformed("its pickle sets keys of a value that is not a dictionary")
    }
  }

  /// BUILD: sets the state of the value on top of the stack.
  private mutating func setState(_ state: PickleValue) throws(ParseError) {
    switch try top() {
    case .dict(let index):
      if case .dict(let attributes) = state { heap.dicts[index].attributes = attributes }
    case .object(let index):
      // The code of a dtype is among its constructor's arguments; its state adds only the byte order.
      let isDtype = heap.objects[index].className == "numpy.dtype"
      let isForeignOrder = (heap.items(state)?.dropFirst().first?.string ?? "") == ">"
      if !isDtype || isForeignOrder { heap.objects[index].state = state }
      heap.objects[index].contents.append(state)
    case .tensor: break  // attributes that Python code added to a tensor
    default: throw .malformed("its pickle sets the state of a value that has none")
    }
  }

  // MARK: Calls

  private mutating func call(_ function: PickleValue, _ arguments: PickleValue) throws(ParseError) {
    guard case .known(let known) = function else {
      if case .object(let index) = function {
        throw ParseError(.unsupportedGlobal(heap.objects[index].className))
      }
      throw .malformed("its pickle calls a value that is not a class")
    }
    guard case .tuple(let index) = arguments else {
      throw .malformed("its pickle calls a class with a value that is not a tuple")
    }
    stack.append(try result(of: known, heap.lists[index], depth: 0))
  }

  private mutating func result(
    of known: KnownClass, _ arguments: [PickleValue], depth: Int
  ) throws(ParseError) -> PickleValue {
    try spend(arguments.count + size(arguments.first) + size(arguments.dropFirst().first))
    switch known {
    case .dictionary: return .dict(try dictionary(arguments.first))
    case .defaultDictionary: return .dict(try dictionary(arguments.dropFirst().first))
    case .list: return .list(heap.list(arguments.first.flatMap(heap.items) ?? []))
    case .tuple: return .tuple(heap.list(arguments.first.flatMap(heap.items) ?? []))
    case .encode:
      guard let text = arguments.first?.string else { break }
      let bytes = text.unicodeScalars.compactMap { UInt8(exactly: $0.value) }
      guard bytes.count == text.unicodeScalars.count else { break }
      return .bytes(bytes)
    case .rebuildTensor where arguments.count == 4,
      .rebuildTensorV2 where arguments.count >= 4:
      return .tensor(try tensor(arguments, nil))
    case .rebuildTensorV3 where arguments.count >= 7:
      guard case .known(.dtype(let type)) = arguments[6] else { break }
      return .tensor(try tensor(arguments, type))
    case .rebuildParameter:
      guard case .tensor(let index)? = arguments.first else { break }
      return .tensor(index)
    case .rebuildFastai where arguments.count >= 5:
      return .tensor(try tensor(Array(arguments.dropFirst()), nil))
    case .rebuildFromType where arguments.count >= 3 && depth < 2:
      guard case .known(let inner) = arguments[0], let rest = heap.items(arguments[2]) else {
        break
      }
      return try result(of: inner, rest, depth: depth + 1)
    case .numpyScalar: return scalar(arguments)
    case .inert(var name):
      // Functions that create an object have the class as their first argument.
      if KnownClass.constructors.contains(where: name.hasSuffix),
        case .known(.inert(let className))? = arguments.first
      {
        name = className
      }
      let given = PickleValue.tuple(heap.list(arguments))
      heap.objects.append(PickleObject(className: name, state: given, contents: [given]))
      return .object(heap.objects.count - 1)
    case .attribute:
      // Only a member of a class that is kept as a name; nothing is looked up.
      guard arguments.count == 2, case .known(.inert(let owner)) = arguments[0],
        let name = arguments[1].string, name.utf8.count <= Limits.className
      else { throw ParseError(.unsupportedGlobal("builtins.getattr")) }
      heap.objects.append(PickleObject(className: "\(owner).\(name)", state: nil, contents: []))
      return .object(heap.objects.count - 1)
    default: break
    }
    // A tensor that needs a class which is not known.
    for argument in arguments.prefix(8) {
      switch argument {
      case .known(.inert(let name)): throw ParseError(.unsupportedGlobal(name))
      case .object(let index):
        throw ParseError(.unsupportedGlobal(heap.objects[index].className))
      default: break
      }
    }
    throw .malformed("its pickle calls \(known) with invalid arguments")
  }

  /// The number of elements to copy or to scan in a value.
  private func size(_ value: PickleValue?) -> Int {
    switch value {
    case .list(let index)?, .tuple(let index)?: heap.lists[index].count
    case .dict(let index)?: 4 * heap.dicts[index].keys.count
    case .string(let text)?: text.utf8.count
    case .bytes(let bytes)?: bytes.count
    default: 0
    }
  }

  /// Creates an empty dictionary, or one from another dictionary or from pairs.
  private mutating func dictionary(_ source: PickleValue?) throws(ParseError) -> Int {
    let index = heap.dict()
    switch source {
    case nil: break
    case .dict(let other)?: heap.dicts[index] = heap.dicts[other]
    case .some(let value):
      for pair in heap.items(value) ?? [] {
        guard let pair = heap.items(pair), pair.count == 2 else {
          throw .malformed(
            "its pickle creates a dictionary from a list of something other than pairs")
        }
        try spend((pair[0].string?.utf8.count ?? 0) / 16)
        heap.dicts[index].set(pair[0], pair[1])
      }
    }
    return index
  }

  /// A NumPy scalar of a common type; other types become an object of which only the name is kept.
  private mutating func scalar(_ arguments: [PickleValue]) -> PickleValue {
    if arguments.count == 2, case .object(let index) = arguments[0],
      case .bytes(let bytes) = arguments[1], heap.objects[index].className == "numpy.dtype"
    {
      // The first argument of a dtype is its code.
      let bits = bytes.prefix(8).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
      switch (heap.dtypeCode(index), bytes.count) {
      case ("f", 8): return .float(Double(bitPattern: bits))
      case ("f", 4): return .float(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
      case ("i", 8): return .int(Int(Int64(bitPattern: bits)))
      case ("i", 4): return .int(Int(Int32(truncatingIfNeeded: bits)))
      default: break
      }
    }
    heap.objects.append(PickleObject(className: "numpy.scalar", state: nil, contents: []))
    return .object(heap.objects.count - 1)
  }
}

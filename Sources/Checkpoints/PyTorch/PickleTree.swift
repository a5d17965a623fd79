/// An object in a file, of which only the class is known.
package struct OpaqueValue: Sendable, Equatable {
  /// The keys from the root, joined by "/".
  package let path: String
  /// The name of the class or function.
  package let className: String
  /// Whether there are tensors in it, which cannot be found without the class.
  package let holdsTensors: Bool

  package init(path: String, className: String, holdsTensors: Bool) {
    self.path = path
    self.className = className
    self.holdsTensors = holdsTensors
  }
}

/// Converts the value of a pickle to a tree of plain values, a list of tensors with paths, and one of objects.
///
/// In a pickle values can be shared and contain themselves, so that the tree could be infinite. The depth is
/// limited, and the number of nodes and the length of their names in proportion to the pickle.
struct PickleTree {
  private let heap: PickleHeap
  private var nodes: Int
  private var nameBytes: Int
  /// The keys from the root to the value that is converted.
  private var keys: [String] = []
  private(set) var tensors: [(name: String, tensor: PickleTensor)] = []
  private(set) var opaqueValues: [OpaqueValue] = []
  private var names = Set<String>()
  private var search: TensorSearch

  private static let maximumDepth = 64
  /// The number of objects that are listed.
  private static let listedObjects = 1000

  /// Creates an empty tree for the heap of a pickle of `pickleSize` bytes.
  init(_ heap: PickleHeap, pickleSize: Int) {
    self.heap = heap
    search = TensorSearch(heap)
    nodes = min(8 * pickleSize + 4096, Limits.values)
    nameBytes = 8 * pickleSize + (1 << 20)
  }

  /// Converts a value and appends its tensors to the list.
  mutating func convert(_ value: PickleValue) throws(ParseError) -> CheckpointValue {
    nodes -= 1
    guard keys.count <= PickleTree.maximumDepth else {
      throw .malformed("its values are nested deeper than \(PickleTree.maximumDepth) levels")
    }
    guard nodes > 0 else {
      throw .malformed("its values are far larger as a tree than the pickle")
    }
    switch value {
    case .none: return .none
    case .bool(let flag): return .bool(flag)
    case .int(let number): return .int(number)
    case .large: return .string("an integer beyond 64 bits")
    case .float(let number): return .double(number)
    case .string(let text): return .string(text)
    case .bytes(let bytes): return .bytes(bytes.count)
    case .list(let index), .tuple(let index): return .list(try convert(items: heap.lists[index]))
    case .dict(let index):
      var members: [CheckpointValue.Member] = []
      for (key, item) in zip(heap.dicts[index].keys, heap.dicts[index].values) {
        let name = PickleTree.text(key, members.count)
        members.append(.init(key: name, value: try convert(item, under: name)))
      }
      return .dictionary(members)
    case .tensor(let index):
      let name = try path(or: "tensor")
      guard names.insert(name).inserted else {
        throw .malformed("two tensors have this name", tensor: name)
      }
      guard name.utf8.count <= Limits.name else {
        throw .malformed("a tensor's name is longer than \(Limits.name) bytes")
      }
      guard tensors.count < Limits.tensors else {
        throw .malformed("it has more than \(Limits.tensors) tensors")
      }
      tensors.append((name, heap.tensors[index]))
      return .tensor(name)
    case .object(let index): return try convert(object: index)
    case .known(let known):
      let name = known.inertName ?? "a type of Python or PyTorch"
      if known.inertName != nil { try list(name, []) }
      return .object(name)
    case .storage: return .object("a storage without a tensor")
    }
  }

  private mutating func convert(
    _ value: PickleValue, under key: String
  ) throws(ParseError) -> CheckpointValue {
    keys.append(key)
    defer { keys.removeLast() }
    return try convert(value)
  }

  private mutating func convert(
    items: [PickleValue]
  ) throws(ParseError) -> [CheckpointValue] {
    var found: [CheckpointValue] = []
    for (i, item) in items.enumerated() { found.append(try convert(item, under: "\(i)")) }
    return found
  }

  /// fastcore's `L` is a class whose only attribute is a list.
  private mutating func convert(object index: Int) throws(ParseError) -> CheckpointValue {
    let object = heap.objects[index]
    if object.className.hasSuffix(".L"), case .dict(let state)? = object.state,
      let items = heap.dicts[state]["items"].flatMap(heap.items)
    {
      return .list(try convert(items: items))
    }
    try list(object.className, object.contents)
    return .object(object.className)
  }

  private mutating func list(_ className: String, _ contents: [PickleValue]) throws(ParseError) {
    let holdsTensors = search.findsTensor(in: contents)
    guard opaqueValues.count < PickleTree.listedObjects || holdsTensors else { return }
    opaqueValues.append(
      OpaqueValue(path: try path(or: ""), className: className, holdsTensors: holdsTensors))
  }

  /// The path of the value that is converted.
  private mutating func path(or root: String) throws(ParseError) -> String {
    nameBytes -= keys.reduce(0) { $0 + $1.utf8.count + 1 }
    guard nameBytes > 0 else {
      throw .malformed("the names of its values are far longer than the pickle")
    }
    return keys.isEmpty ? root : keys.joined(separator: "/")
  }

  private static func text(_ key: PickleValue, _ index: Int) -> String {
    switch key {
    case .string(let text): text
    case .int(let number): "\(number)"
    case .bool(let flag): flag ? "True" : "False"
    case .float(let number): "\(number)"
    case .none: "None"
    default: "key \(index)"
    }
  }
}

/// Looks for tensors in values, each of which is visited once.
private struct TensorSearch {
  private let heap: PickleHeap
  private var lists: Set<Int> = []
  private var dicts: Set<Int> = []
  private var objects: Set<Int> = []
  /// Objects, lists and dictionaries with tensors in them are not visited again, so a second object with the same
  /// content has none.
  init(_ heap: PickleHeap) { self.heap = heap }

  mutating func findsTensor(in values: [PickleValue]) -> Bool {
    var left = values
    var found = false
    while let value = left.popLast() {
      switch value {
      case .tensor, .storage: found = true
      case .list(let index), .tuple(let index):
        if lists.insert(index).inserted { left += heap.lists[index] }
      case .dict(let index):
        if dicts.insert(index).inserted {
          left += heap.dicts[index].values
          if let attributes = heap.dicts[index].attributes { left.append(.dict(attributes)) }
        }
      case .object(let index):
        if objects.insert(index).inserted { left += heap.objects[index].contents }
      default: break
      }
    }
    return found
  }
}

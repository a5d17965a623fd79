/// Converts the value of a pickle to a tree of plain values and a list of tensors with paths.
///
/// In a pickle values can be shared and contain themselves, so that the tree could be infinite. The depth is
/// limited, and the number of nodes and the length of their names in proportion to the pickle.
struct PickleTree {
  private let heap: PickleHeap
  private var budget: Int
  private(set) var tensors: [(name: String, tensor: PickleTensor)] = []
  private var names = Set<String>()

  private static let maximumDepth = 64

  /// Creates an empty tree for the heap of a pickle of `pickleSize` bytes.
  init(_ heap: PickleHeap, pickleSize: Int) {
    self.heap = heap
    budget = 32 * min(pickleSize, Int.max / 64) + 4096
  }

  /// Converts a value and appends its tensors to the list.
  mutating func convert(_ value: PickleValue, _ path: String = "", level: Int = 0)
    throws(ParseError)
    -> CheckpointValue
  {
    // The cost of a node includes its path, which a tensor has as its name.
    budget -= 1 + path.utf8.count
    guard level <= PickleTree.maximumDepth else {
      throw .malformed("its values are nested deeper than \(PickleTree.maximumDepth) levels")
    }
    guard budget > 0 else {
      throw .malformed("its values are far larger as a tree than the pickle")
    }
    func below(_ key: String) -> String { level == 0 ? key : "\(path)/\(key)" }
    switch value {
    case .none: return .none
    case .bool(let flag): return .bool(flag)
    case .int(let number): return .int(number)
    case .large: return .string("an integer beyond 64 bits")
    case .float(let number): return .double(number)
    case .string(let text):
      budget -= text.utf8.count / 16
      return .string(text)
    case .bytes(let bytes): return .bytes(bytes.count)
    case .list(let index), .tuple(let index):
      var items: [CheckpointValue] = []
      for (i, item) in heap.lists[index].enumerated() {
        items.append(try convert(item, below("\(i)"), level: level + 1))
      }
      return .list(items)
    case .dict(let index):
      var members: [CheckpointValue.Member] = []
      for (key, item) in zip(heap.dicts[index].keys, heap.dicts[index].values) {
        let name = PickleTree.text(key, members.count)
        members.append(.init(key: name, value: try convert(item, below(name), level: level + 1)))
      }
      return .dictionary(members)
    case .tensor(let index):
      let name = level == 0 ? "tensor" : path
      guard names.insert(name).inserted else {
        throw .malformed("two tensors have this name", tensor: name)
      }
      tensors.append((name, heap.tensors[index]))
      return .tensor(name)
    case .object(let index): return try convert(object: index, path, level: level)
    case .known, .storage: return .object("\(value)".prefix(80).description)
    }
  }

  /// fastcore's `L` is a class whose only attribute is a list.
  private mutating func convert(object index: Int, _ path: String, level: Int) throws(ParseError)
    -> CheckpointValue
  {
    let object = heap.objects[index]
    if object.className.hasSuffix(".L"), case .dict(let state)? = object.state,
      let items = heap.dicts[state]["items"], heap.items(items) != nil
    {
      return try convert(items, path, level: level + 1)
    }
    return .object(object.className)
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

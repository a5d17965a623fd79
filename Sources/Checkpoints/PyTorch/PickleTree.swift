/// Turns what a pickle built into a tree of plain values and a list of tensors with paths.
///
/// In a pickle, a value may stand in many places, even in itself; written out as a tree that could be
/// endless. So depth, places and letters are limited, the last two in proportion to the pickle.
struct PickleTree {
  private let heap: PickleHeap
  private var left: Int
  private(set) var tensors: [(name: String, tensor: PickleTensor)] = []
  private var names = Set<String>()

  private static let mostLevels = 64

  /// Makes an empty tree; a pickle of `pickleSize` bytes built the heap.
  init(_ heap: PickleHeap, pickleSize: Int) {
    self.heap = heap
    left = 32 * min(pickleSize, Int.max / 64) + 4096
  }

  /// The tree below a value, whose tensors are added to the list.
  mutating func grow(_ value: PickleValue, _ path: String = "", level: Int = 0) throws(Flaw)
    -> CheckpointValue
  {
    // A place costs as much as its path is long: that is what a tensor's name takes.
    left -= 1 + path.utf8.count
    guard level <= PickleTree.mostLevels else {
      throw .damaged("its values are nested deeper than \(PickleTree.mostLevels) levels")
    }
    guard left > 0 else { throw .damaged("written out, its values would be far larger than it is") }
    func below(_ key: String) -> String { level == 0 ? key : "\(path)/\(key)" }
    switch value {
    case .none: return .none
    case .bool(let flag): return .flag(flag)
    case .int(let number): return .integer(number)
    case .large: return .text("a whole number beyond 64 bits")
    case .float(let number): return .number(number)
    case .string(let text):
      left -= text.utf8.count / 16
      return .text(text)
    case .bytes(let bytes): return .bytes(bytes.count)
    case .list(let place), .tuple(let place):
      var items: [CheckpointValue] = []
      for (i, item) in heap.lists[place].enumerated() {
        items.append(try grow(item, below("\(i)"), level: level + 1))
      }
      return .list(items)
    case .dict(let place):
      var members: [CheckpointValue.Member] = []
      for (key, item) in zip(heap.dicts[place].keys, heap.dicts[place].values) {
        let name = PickleTree.text(key, members.count)
        members.append(.init(key: name, value: try grow(item, below(name), level: level + 1)))
      }
      return .dictionary(members)
    case .tensor(let place):
      let name = level == 0 ? "tensor" : path
      guard names.insert(name).inserted else { throw .damaged("two of its tensors are at \(name)") }
      tensors.append((name, heap.tensors[place]))
      return .tensor(name)
    case .object(let place): return try grow(object: place, path, level: level)
    case .known, .storage: return .object("\(value)".prefix(80).description)
    }
  }

  /// fastai keeps lists in a class of its own, whose only attribute is the list.
  private mutating func grow(object place: Int, _ path: String, level: Int) throws(Flaw)
    -> CheckpointValue
  {
    let object = heap.objects[place]
    if object.className.hasSuffix(".L"), case .dict(let state)? = object.state,
      let items = heap.dicts[state]["items"], heap.items(items) != nil
    {
      return try grow(items, path, level: level + 1)
    }
    return .object(object.className)
  }

  private static func text(_ key: PickleValue, _ place: Int) -> String {
    switch key {
    case .string(let text): text
    case .int(let number): "\(number)"
    case .bool(let flag): flag ? "True" : "False"
    case .float(let number): "\(number)"
    case .none: "None"
    default: "key \(place)"
    }
  }
}

/// A value that a pickle builds.
///
/// Containers are places in a `PickleHeap`, so that nesting, sharing and
/// cycles cost nothing and letting go of them does not recurse.
enum PickleValue: Sendable {
  case none
  case bool(Bool)
  case int(Int)
  /// An integer beyond 64 bits.
  case large(high: Int64, low: UInt64)
  case float(Double)
  case string(String)
  case bytes([UInt8])
  case list(Int)
  case tuple(Int)
  case dict(Int)
  case known(KnownClass)
  case storage(Int)
  case tensor(Int)
  case object(Int)

  var int: Int? { if case .int(let value) = self { value } else { nil } }
  var string: String? { if case .string(let value) = self { value } else { nil } }
}

/// Everything with an inside that a pickle builds.
struct PickleHeap: Sendable {
  var lists: [[PickleValue]] = []
  var dicts: [PickleDict] = []
  var storages: [PickleStorage] = []
  var tensors: [PickleTensor] = []
  var objects: [PickleObject] = []

  mutating func list(_ items: [PickleValue] = []) -> Int {
    lists.append(items)
    return lists.count - 1
  }

  mutating func dict() -> Int {
    dicts.append(PickleDict())
    return dicts.count - 1
  }

  /// The items of a list or tuple.
  func items(_ value: PickleValue) -> [PickleValue]? {
    switch value {
    case .list(let place), .tuple(let place): lists[place]
    default: nil
    }
  }

  /// The numbers of a tuple or list of at most 64 integers.
  func integers(_ value: PickleValue) -> [Int]? {
    guard let items = items(value), items.count <= 64 else { return nil }
    let numbers = items.compactMap(\.int)
    return numbers.count == items.count ? numbers : nil
  }
}

/// A dictionary in the order in which keys first came; a later value replaces an earlier one.
struct PickleDict: Sendable {
  enum Key: Hashable, Sendable {
    case text(String)
    case number(Int)
  }

  private(set) var keys: [PickleValue] = []
  private(set) var values: [PickleValue] = []
  private var places: [Key: Int] = [:]
  /// Attributes that BUILD gave it: PyTorch hangs a state_dict's `_metadata` there.
  var attributes: Int?

  mutating func set(_ key: PickleValue, _ value: PickleValue) {
    let hashed: Key? =
      switch key {
      case .string(let text): .text(text)
      case .int(let number): .number(number)
      case .bool(let flag): .number(flag ? 1 : 0)
      default: nil
      }
    if let hashed {
      if let place = places[hashed] {
        values[place] = value
        return
      }
      places[hashed] = keys.count
    }
    keys.append(key)
    values.append(value)
  }

  subscript(_ name: String) -> PickleValue? { places[.text(name)].map { values[$0] } }
}

/// Memory that a file holds: where, and of which type.
struct PickleStorage: Sendable {
  let key: String
  let type: ScalarType
  /// Numbers in it.
  let count: Int
  /// Numbers of the memory of this key before it; only old files have parts of memory.
  let offset: Int
  /// Numbers in all of the memory of this key.
  let wholeCount: Int
}

/// A tensor: a view of a storage.
struct PickleTensor: Sendable {
  let storage: PickleStorage
  /// In numbers from the storage's first.
  let offset: Int
  let shape: [Int]
  let strides: [Int]
}

/// An object of a class that is known to be harmless; nothing of it is run.
struct PickleObject: Sendable {
  let className: String
  /// What it was made from or given later; a file without it lost nothing.
  var state: PickleValue?
}

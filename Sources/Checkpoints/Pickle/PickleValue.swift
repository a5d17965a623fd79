/// A value of a pickle.
///
/// Containers are indices into a `PickleHeap`, so that they can be shared and cyclic, and freeing them does
/// not recurse.
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

  /// The key of a storage: a short string or a number.
  var storageKey: String? {
    guard let text = string else { return int.map(String.init) }
    return text.utf8.count <= Limits.storageKey ? text : nil
  }
}

/// The containers, storages, tensors and objects of a pickle.
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
    case .list(let index), .tuple(let index): lists[index]
    default: nil
    }
  }

  /// The elements of a tuple or list of at most 64 integers.
  func integers(_ value: PickleValue) -> [Int]? {
    guard let items = items(value), items.count <= 64 else { return nil }
    let numbers = items.compactMap(\.int)
    return numbers.count == items.count ? numbers : nil
  }
}

/// A dictionary that keeps the order of insertion.
struct PickleDict: Sendable {
  enum Key: Hashable, Sendable {
    case text(String)
    case number(Int)
  }

  private(set) var keys: [PickleValue] = []
  private(set) var values: [PickleValue] = []
  private var indices: [Key: Int] = [:]
  /// The index of the dictionary of its attributes, such as a state_dict's `_metadata`.
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
      if let index = indices[hashed] {
        values[index] = value
        return
      }
      indices[hashed] = keys.count
    }
    keys.append(key)
    values.append(value)
  }

  subscript(_ name: String) -> PickleValue? { indices[.text(name)].map { values[$0] } }
}

/// A storage: a typed block of memory in the file.
struct PickleStorage: Sendable {
  let key: String
  let type: ScalarType
  /// The number of elements.
  let count: Int
  /// The first element in the storage of this key; only legacy files have views of storages.
  let offset: Int
  /// The number of elements in the storage of this key.
  let wholeCount: Int
}

/// A tensor: a strided view of a storage.
struct PickleTensor: Sendable {
  let storage: PickleStorage
  /// The first element in the storage.
  let offset: Int
  let shape: [Int]
  let strides: [Int]
}

/// An object of an inert class.
struct PickleObject: Sendable {
  let className: String
  /// The constructor's arguments, or the state that BUILD set.
  var state: PickleValue?
  /// Everything that the pickle gave to it.
  var contents: [PickleValue]
}

/// Named tensors in a fixed order: PyTorch's `state_dict`.
///
///     for (name, tensor) in model.stateDictionary { print(name, tensor.shape) }
///     let filters = model.stateDictionary["conv1.weight"]
public struct StateDictionary: Sendable {
  private var entries: [(name: String, tensor: Tensor)] = []
  private var positions: [String: Int] = [:]

  /// Creates a state dictionary from pairs, in their order.
  ///
  /// - Precondition: No name occurs twice.
  package init(_ tensors: some Sequence<(name: String, tensor: Tensor)>) {
    for (name, tensor) in tensors {
      precondition(
        positions[name] == nil, "two tensors of a state dictionary are named \"\(name)\"")
      self[name] = tensor
    }
  }

  /// Creates a state dictionary from a dictionary, sorted by name.
  public init(_ tensors: [String: Tensor]) {
    self.init(tensors.sorted { $0.key < $1.key }.map { (name: $0.key, tensor: $0.value) })
  }

  /// The names, in order.
  public var names: [String] { entries.map(\.name) }

  /// The tensor of a name; nil if there is none.
  ///
  /// A new name is appended; assigning nil removes the tensor.
  public subscript(name: String) -> Tensor? {
    get { positions[name].map { entries[$0].tensor } }
    set {
      switch (positions[name], newValue) {
      case (let position?, let tensor?): entries[position].tensor = tensor
      case (nil, let tensor?):
        positions[name] = entries.count
        entries.append((name, tensor))
      case (let position?, nil):
        entries.remove(at: position)
        positions = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
      case (nil, nil): break
      }
    }
  }

  /// The tensors for which a condition holds, in the same order.
  package func filter(
    _ isIncluded: ((name: String, tensor: Tensor)) throws -> Bool
  ) rethrows -> StateDictionary {
    StateDictionary(try entries.filter(isIncluded))
  }
}

extension StateDictionary: RandomAccessCollection {
  /// The first position.
  public var startIndex: Int { 0 }
  /// The number of tensors.
  public var endIndex: Int { entries.count }
  /// The name and the tensor at a position.
  public subscript(position: Int) -> (name: String, tensor: Tensor) { entries[position] }
}

extension StateDictionary: ExpressibleByDictionaryLiteral {
  /// Creates a state dictionary from a literal, in its order.
  public init(dictionaryLiteral elements: (String, Tensor)...) {
    self.init(elements.map { (name: $0, tensor: $1) })
  }
}

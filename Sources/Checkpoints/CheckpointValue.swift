/// A value of a checkpoint's tree: plain Python values, containers and references to tensors.
package enum CheckpointValue: Sendable, Equatable {
  /// `None`.
  case none
  /// A boolean.
  case bool(Bool)
  /// An integer.
  case int(Int)
  /// A floating-point number.
  case double(Double)
  /// A string.
  case string(String)
  /// A byte string of this length.
  case bytes(Int)
  /// A list, tuple or set.
  case list([CheckpointValue])
  /// A dictionary in its order.
  case dictionary([Member])
  /// A tensor, by its name among the checkpoint's entries.
  case tensor(String)
  /// An object of this Python class; only its class name is kept.
  case object(String)

  /// A key and its value.
  package struct Member: Sendable, Equatable {
    /// The key; numbers as text.
    package let key: String
    /// The value.
    package let value: CheckpointValue

    package init(key: String, value: CheckpointValue) {
      self.key = key
      self.value = value
    }
  }

  /// The value of a key; nil if this is not a dictionary or does not have the key.
  package subscript(_ key: String) -> CheckpointValue? {
    guard case .dictionary(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// A scalar, string or list of them as text; nil for everything else.
  package var plainText: String? {
    switch self {
    case .none: return "none"
    case .bool(let value): return value ? "true" : "false"
    case .int(let value): return "\(value)"
    case .double(let value): return "\(value)"
    case .string(let value): return value
    case .list(let items):
      let texts = items.compactMap(\.plainText)
      return texts.count == items.count ? texts.joined(separator: ", ") : nil
    case .bytes, .dictionary, .tensor, .object: return nil
    }
  }
}

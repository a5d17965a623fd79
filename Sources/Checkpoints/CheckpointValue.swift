/// What a checkpoint holds beside tensors, and where the tensors are in it.
public indirect enum CheckpointValue: Sendable, Equatable {
  /// Nothing.
  case none
  /// True or false.
  case flag(Bool)
  /// A whole number.
  case integer(Int)
  /// A number.
  case number(Double)
  /// Text.
  case text(String)
  /// So many bytes.
  case bytes(Int)
  /// A list, tuple or set.
  case list([CheckpointValue])
  /// A dictionary, in its order.
  case dictionary([Member])
  /// A tensor: its name among the checkpoint's entries.
  case tensor(String)
  /// Something of a Python class; it was not made.
  case object(String)

  /// A key and its value.
  public struct Member: Sendable, Equatable {
    /// The key; numbers as text.
    public let key: String
    /// The value.
    public let value: CheckpointValue

    /// Makes a member.
    public init(key: String, value: CheckpointValue) {
      self.key = key
      self.value = value
    }
  }

  /// The value of a key, if this is a dictionary that has it.
  public subscript(_ key: String) -> CheckpointValue? {
    guard case .dictionary(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// A number, flag, text or list of such, as one would write it; nil for anything else.
  public var plainText: String? {
    switch self {
    case .none: return "none"
    case .flag(let value): return value ? "true" : "false"
    case .integer(let value): return "\(value)"
    case .number(let value): return "\(value)"
    case .text(let value): return value
    case .list(let items):
      let texts = items.compactMap(\.plainText)
      return texts.count == items.count ? texts.joined(separator: ", ") : nil
    case .bytes, .dictionary, .tensor, .object: return nil
    }
  }
}

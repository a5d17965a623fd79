/// Settings that belong together: a table of a TOML file.
///
///     struct ClipSettings: SettingsGroup {
///       var maxNorm = 1.0
///       static let fields: [SettingsField<Self>] = [
///         SettingsField("max_norm", \.maxNorm, .above(0), "The largest norm of all gradients.")
///       ]
///     }
///
/// Reading with all errors, writing, defaults and the reference come from `fields`.
package protocol SettingsGroup: Sendable {
  /// The defaults.
  init()
  /// The settings in the order in which they are written.
  static var fields: [SettingsField<Self>] { get }
}

/// One of several kinds of something, with its own arguments.
package protocol SettingsChoice: SettingsGroup {
  /// The name in settings, such as "adam".
  static var name: String { get }
  /// What it is, for the reference.
  static var summary: String { get }
}

/// A setting of a group: its key, its type and range, and its meaning.
package struct SettingsField<Group: Sendable>: Sendable {
  package let key: String
  /// Other words that a user may try, for suggestions.
  package let aliases: [String]
  /// Type and range in words.
  package let type: String
  /// The range in words; the type if there is none.
  package let allowed: String
  package let help: String
  /// The default in words, where it depends on other settings.
  package let unset: String
  let read: @Sendable (inout Group, TOMLNode) -> SettingsProblem.Reason?
  /// Reads a choice with its own arguments at a path; nil: the field has a plain value.
  let readChoice: (@Sendable (inout Group, TOMLNode, [String], inout SettingsReader) -> Void)?
  let value: @Sendable (Group) -> TOMLValue?
  let isAllowed: @Sendable (Group) -> Bool

  /// Describes a setting.
  package init<Value: SettingsValue>(
    _ key: String, _ path: WritableKeyPath<Group, Value> & Sendable,
    _ allowed: Allowed<Value>, _ help: String, aliases: [String] = []
  ) {
    self.init(key, path, allowed, help, unset: "", aliases) { $0 }
  }

  /// Describes a setting that may have any value of its type.
  package init<Value: SettingsValue>(
    _ key: String, _ path: WritableKeyPath<Group, Value> & Sendable, _ help: String,
    aliases: [String] = []
  ) {
    self.init(key, path, .any, help, aliases: aliases)
  }

  /// Describes a setting without a value of its own by default.
  ///
  /// `unset` is the default in words.
  package init<Value: SettingsValue>(
    _ key: String, _ path: WritableKeyPath<Group, Value?> & Sendable,
    _ allowed: Allowed<Value>, _ help: String, unset: String, aliases: [String] = []
  ) {
    self.init(
      key, path, Allowed(allowed.words) { $0.map(allowed.contains) ?? true }, help, unset: unset,
      aliases
    ) { $0 }
  }

  /// Describes a setting that may have any value of its type, and has none by default.
  package init<Value: SettingsValue>(
    _ key: String, _ path: WritableKeyPath<Group, Value?> & Sendable, _ help: String,
    unset: String, aliases: [String] = []
  ) {
    self.init(key, path, .any, help, unset: unset, aliases: aliases)
  }

  /// Describes a setting that is a choice with its own arguments: a name, or a table with `name` and arguments.
  package init<Kind: SettingsKind>(
    _ key: String, _ path: WritableKeyPath<Group, Kind> & Sendable, _ help: String,
    aliases: [String] = []
  ) {
    self.key = key
    self.aliases = aliases
    self.help = help
    unset = ""
    type = "a name or a table"
    allowed = "a choice whose arguments are in their ranges"
    read = { _, _ in nil }
    readChoice = { group, node, place, reader in
      let table: TOMLTable
      switch node.value {
      case .table(let given): table = given
      case .text:
        var named = TOMLTable()
        named["name"] = node
        table = named
      default:
        reader.record(
          .value(
            key: TOMLText.key(place), found: node.value.summary,
            allowed: "\(Kind.nameWords), or a table with the name and arguments"), at: node.origin)
        return
      }
      group[keyPath: path] = reader.read(group[keyPath: path], from: table, at: place)
    }
    value = { .table($0[keyPath: path].table) }
    isAllowed = { $0[keyPath: path].states.allSatisfy(\.isAllowed) }
  }

  private init<Value: SettingsValue>(
    _ key: String, _ path: WritableKeyPath<Group, Value> & Sendable, _ allowed: Allowed<Value>,
    _ help: String, unset: String, _ aliases: [String], _: (Value) -> Value
  ) {
    readChoice = nil
    self.key = key
    self.aliases = aliases
    self.help = help
    self.unset = unset
    let type = allowed.words.isEmpty ? Value.words : "\(Value.words), \(allowed.words)"
    self.type = type
    let range = allowed.words.isEmpty ? type : allowed.words
    self.allowed = range
    read = { group, node in
      guard let value = Value(node) else {
        var wrong = node
        if case .list(let nodes) = node.value {
          wrong = nodes.first { Value.names.isEmpty ? false : !Value.accepts($0) } ?? node
        }
        if let (problem, remedy) = Value.refusal(of: wrong) {
          return .invalid(key: "", problem: problem, remedy: remedy)
        }
        var nearest: String?
        if case .text(let text) = wrong.value {
          nearest = SettingsNames.nearest(to: text, among: Value.names)
        }
        return .value(key: "", found: wrong.value.summary, allowed: type, nearest: nearest)
      }
      guard allowed.contains(value) else {
        return .value(
          key: "", found: node.value.summary, allowed: range)
      }
      group[keyPath: path] = value
      return nil
    }
    self.value = { $0[keyPath: path].toml }
    isAllowed = { allowed.contains($0[keyPath: path]) }
  }
}

/// A setting with its current value, whatever its group.
package struct SettingsState: Sendable {
  package let key: String
  package let type: String
  package let allowed: String
  package let help: String
  /// The default in words if there is no value.
  package let unset: String
  /// nil: not set.
  package let value: TOMLValue?
  package let isAllowed: Bool

  package init(
    key: String, type: String, allowed: String, help: String, unset: String = "",
    value: TOMLValue?, isAllowed: Bool = true
  ) {
    self.key = key
    self.type = type
    self.allowed = allowed
    self.help = help
    self.unset = unset
    self.value = value
    self.isAllowed = isAllowed
  }
}

extension SettingsGroup {
  /// All settings with their values.
  package var states: [SettingsState] {
    Self.fields.map {
      SettingsState(
        key: $0.key, type: $0.type, allowed: $0.allowed, help: $0.help, unset: $0.unset,
        value: $0.value(self),
        isAllowed: $0.isAllowed(self))
    }
  }

  /// The settings that have a value.
  package var table: TOMLTable {
    var table = TOMLTable()
    for field in Self.fields { table[field.key] = field.value(self).map { TOMLNode($0) } }
    return table
  }
}

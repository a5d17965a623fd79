/// One of several choices, each with its own arguments: an optimizer, a loss, a schedule.
package protocol SettingsKind: Sendable, Equatable {
  /// The registry.
  static var all: [any SettingsChoice.Type] { get }
  /// What is chosen.
  var choice: any SettingsChoice { get }
  /// Wraps a choice; nil if it is of another kind.
  init?(_ choice: any SettingsChoice)
}

extension SettingsKind {
  /// The names of all choices.
  package static var names: [String] { all.map { $0.name } }
  /// The name of the choice.
  package var name: String { type(of: choice).name }

  /// The name and the arguments.
  package var table: TOMLTable {
    var table = TOMLTable(["name": .text(name)])
    let arguments = choice.table
    for key in arguments.keys { table[key] = arguments[key] }
    return table
  }

  /// The arguments with their values.
  package var states: [SettingsState] { choice.states }

  /// The setting that names the choice.
  package func nameState(_ help: String) -> SettingsState {
    SettingsState(
      key: "name", type: Self.nameWords, allowed: Self.nameWords, help: help, value: .text(name))
  }

  /// "a", "b" or "c".
  package static var nameWords: String {
    let quoted = names.map { "\"\($0)\"" }
    return quoted.dropLast().joined(separator: ", ") + (quoted.count > 1 ? " or " : "")
      + (quoted.last ?? "")
  }
}

extension SettingsReader {
  /// Reads a choice and its arguments.
  ///
  /// - Parameters:
  ///   - fallback: The choice if no name is given.
  ///   - table: The table with `name` and the arguments.
  ///   - path: The path of the table.
  ///   - ignored: Keys that are no arguments.
  /// - Returns: The choice; the fallback if the name is unknown.
  package mutating func read<Kind: SettingsKind>(
    _ fallback: Kind, from table: TOMLTable, at path: [String], ignoring ignored: Set<String> = []
  ) -> Kind {
    var type = Swift.type(of: fallback.choice) as any SettingsChoice.Type
    if let node = table["name"] {
      let found = String(node).flatMap { name in Kind.all.first { $0.name == name } }
      guard let found else {
        record(
          .value(
            key: TOMLText.key(path + ["name"]), found: node.value.summary, allowed: Kind.nameWords,
            nearest: String(node).flatMap { SettingsNames.nearest(to: $0, among: Kind.names) }),
          at: node.origin)
        return fallback
      }
      type = found
    }
    let choice = read(type, of: Kind.self, from: table, at: path, ignoring: ignored.union(["name"]))
    return Kind(choice) ?? fallback
  }

  /// Reads the arguments of a choice.
  package mutating func read<Kind: SettingsKind>(
    _ type: any SettingsChoice.Type, of _: Kind.Type, from table: TOMLTable, at path: [String],
    ignoring ignored: Set<String> = []
  ) -> any SettingsChoice {
    let aliases = aliases
    func open<Choice: SettingsChoice>(
      _ type: Choice.Type, _ reader: inout SettingsReader
    ) -> any SettingsChoice {
      reader.read(Choice(), from: table, at: path, ignoring: ignored) { key in
        let full = TOMLText.key(path + [key])
        let others = Kind.all.filter { $0.keys.contains(key) }.map { "\"\($0.name)\"" }
        let nearest =
          Self.nearestArgument(key, of: type, path: path, others: Array(ignored)) ?? aliases[full]
        return others.isEmpty
          ? .unknownKey(full, nearest: nearest)
          : .argument(key: full, choice: "\"\(type.name)\"", others: others, nearest: nearest)
      }
    }
    return open(type, &self)
  }

  private static func nearestArgument<Choice: SettingsChoice>(
    _ key: String, of type: Choice.Type, path: [String], others: [String]
  ) -> String? {
    let field =
      Choice.fields.first { $0.aliases.contains(key) }?.key
      ?? SettingsNames.nearest(to: key, among: Choice.keys + others)
    return field.map { TOMLText.key(path + [$0]) }
  }
}

extension SettingsGroup {
  /// The keys of the group.
  package static var keys: [String] { fields.map(\.key) }
}

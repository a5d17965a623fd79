/// A type that a setting can have.
package protocol SettingsValue: Sendable, Equatable {
  /// What a value is, such as "a whole number".
  static var words: String { get }
  /// The names that a text is one of; empty if it is free.
  static var names: [String] { get }
  /// What a list of such values is.
  static var listWords: String { get }
  /// Whether a value, or an element of a list, can be read.
  static func accepts(_ node: TOMLNode) -> Bool
  /// Why a value cannot be read, and the way out, where that is more than that it has another type.
  static func refusal(of node: TOMLNode) -> (problem: String, remedy: String?)?
  /// Reads a value; nil if it is of another type.
  init?(_ node: TOMLNode)
  /// The value in TOML; nil if it is not set.
  var toml: TOMLValue? { get }
}

extension SettingsValue {
  package static var names: [String] { [] }
  package static func accepts(_ node: TOMLNode) -> Bool { Self(node) != nil }
  package static func refusal(of node: TOMLNode) -> (problem: String, remedy: String?)? { nil }
  package static var listWords: String {
    names.isEmpty
      ? "a list of \(words.hasPrefix("a ") ? String(words.dropFirst(2)) : words)s"
      : "a list of any of \(words)"
  }
}

extension Bool: SettingsValue {
  package static var words: String { "true or false" }
  package init?(_ node: TOMLNode) {
    guard case .bool(let value) = node.value else { return nil }
    self = value
  }
  package var toml: TOMLValue? { .bool(self) }
}

extension SettingsValue where Self: FixedWidthInteger {
  package static var words: String { "a whole number" }
  package init?(_ node: TOMLNode) {
    switch node.value {
    case .integer(let value): self.init(exactly: value)
    // 1e6
    case .float(let value): self.init(exactly: value)
    default: return nil
    }
  }
  package var toml: TOMLValue? { .integer(Int128(self)) }
}

extension Int: SettingsValue {}
extension UInt64: SettingsValue {}

extension Double: SettingsValue {
  package static var words: String { "a number" }
  package init?(_ node: TOMLNode) {
    switch node.value {
    case .integer(let value): self.init(value)
    case .float(let value): self = value
    default: return nil
    }
  }
  package var toml: TOMLValue? { .float(self) }
}

extension String: SettingsValue {
  package static var words: String { "a text" }
  package init?(_ node: TOMLNode) {
    if case .text(let text) = node.value {
      self = text
    } else if let raw = node.raw {
      // `--set run.name=12`
      self = raw
    } else {
      return nil
    }
  }
  package var toml: TOMLValue? { .text(self) }
}

extension Array: SettingsValue where Element: SettingsValue {
  package static var words: String { Element.listWords }
  package static var names: [String] { Element.names }
  package static func refusal(of node: TOMLNode) -> (problem: String, remedy: String?)? {
    Element.refusal(of: node)
  }
  package static func accepts(_ node: TOMLNode) -> Bool { Element(node) != nil }
  package init?(_ node: TOMLNode) {
    guard case .list(let nodes) = node.value else { return nil }
    self = nodes.compactMap { Element($0) }
    guard count == nodes.count else { return nil }
  }
  package var toml: TOMLValue? { .list(compactMap { $0.toml.map { TOMLNode($0) } }) }
}

extension Optional: SettingsValue where Wrapped: SettingsValue {
  package static var words: String { Wrapped.words }
  package static var names: [String] { Wrapped.names }
  package static func refusal(of node: TOMLNode) -> (problem: String, remedy: String?)? {
    Wrapped.refusal(of: node)
  }
  package init?(_ node: TOMLNode) {
    guard let value = Wrapped(node) else { return nil }
    self = value
  }
  package var toml: TOMLValue? { flatMap(\.toml) }
}

/// An enum whose cases are written by their raw values.
package protocol SettingsEnum: SettingsValue, RawRepresentable, CaseIterable
where RawValue == String {}

extension SettingsEnum {
  package static var words: String {
    let quoted = names.map { "\"\($0)\"" }
    return quoted.dropLast().joined(separator: ", ")
      + (quoted.count > 1 ? " or " : "") + (quoted.last ?? "")
  }
  package static var names: [String] { allCases.map(\.rawValue) }
  package init?(_ node: TOMLNode) {
    guard let text = String(node) else { return nil }
    self.init(rawValue: text)
  }
  package var toml: TOMLValue? { .text(rawValue) }
}

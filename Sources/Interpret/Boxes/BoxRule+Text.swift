import Files

extension BoxRule: CustomStringConvertible {
  /// The names of the rules, in the order of the documentation.
  package enum Name: String, Sendable, CaseIterable {
    case peakCell = "peak-cell"
    case relative, absolute, quantile, otsu, mass, calibrated

    /// The form of the text, with a name for the number.
    package var form: String {
      switch self {
      case .peakCell, .otsu, .calibrated: rawValue
      case .relative, .mass: "\(rawValue):SHARE"
      case .absolute: "\(rawValue):VALUE"
      case .quantile: "\(rawValue):Q"
      }
    }

    /// The numbers that are allowed.
    package var condition: String {
      switch self {
      case .peakCell, .otsu: "without a number"
      case .relative: "with a share of the maximum, above 0 and up to 1, such as relative:0.5"
      case .absolute: "with a value of the map above 0, such as absolute:1.2"
      case .quantile: "with a quantile of at least 0 and below 1, such as quantile:0.95"
      case .mass: "with a share of the positive map, above 0 and up to 1, such as mass:0.5"
      case .calibrated: "alone, or with a share of the maximum, above 0 and up to 1"
      }
    }
  }

  /// The forms of all rules, for help texts: "peak-cell, relative:SHARE, …".
  public static var forms: String { Name.allCases.map(\.form).joined(separator: ", ") }

  /// The name of the rule.
  package var name: Name {
    switch self {
    case .peakCell: .peakCell
    case .relative: .relative
    case .absolute: .absolute
    case .quantile: .quantile
    case .otsu: .otsu
    case .mass: .mass
    case .calibrated: .calibrated
    }
  }

  /// The text that `init(_:)` parses, such as `relative:0.5`.
  public var description: String {
    switch self {
    case .relative(let number), .absolute(let number), .quantile(let number), .mass(let number),
      .calibrated(let number?):
      "\(name.rawValue):\(number)"
    case .peakCell, .otsu, .calibrated(nil): name.rawValue
    }
  }

  /// Parses a rule.
  ///
  /// - Parameter text: `peak-cell`, `relative:0.5`, `absolute:1.2`, `quantile:0.95`, `otsu`, `mass:0.5`, `calibrated`, or
  ///   `calibrated:0.3` as files store it.
  /// - Throws: `BoxRuleError` that names the nearest rule, or the numbers that the rule allows.
  public init(_ text: String) throws(BoxRuleError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let name = Name(rawValue: String(parts[0])) else {
      throw BoxRuleError(.unknownRule(text))
    }
    let number = parts.count == 2 ? Self.number(parts[1]) : nil
    guard let rule = Self.rule(name, number), parts.count == 1 || number != nil else {
      throw BoxRuleError(.invalidNumber(text, name))
    }
    self = rule
  }

  private static func rule(_ name: Name, _ number: Double?) -> BoxRule? {
    switch (name, number) {
    case (.peakCell, nil): .peakCell
    case (.otsu, nil): .otsu
    case (.calibrated, nil): .calibrated(nil)
    case (.calibrated, let share?) where share > 0 && share <= 1: .calibrated(share)
    case (.relative, let share?) where share > 0 && share <= 1: .relative(share)
    case (.mass, let share?) where share > 0 && share <= 1: .mass(share)
    case (.absolute, let value?) where value > 0: .absolute(value)
    case (.quantile, let share?) where share >= 0 && share < 1: .quantile(share)
    default: nil
    }
  }

  /// A decimal number; Swift's own syntax also has hexadecimal numbers and names.
  private static func number(_ text: Substring) -> Double? {
    guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }) else { return nil }
    return Double(text).flatMap { $0.isFinite ? $0 : nil }
  }
}

// Coded as its text.
extension BoxRule: Codable {
  /// Decodes a rule from its text.
  public init(from decoder: any Decoder) throws {
    let field = try decoder.singleValueContainer()
    do {
      self = try BoxRule(field.decode(String.self))
    } catch let error as BoxRuleError {
      throw DecodingError.dataCorruptedError(in: field, debugDescription: "\(error)")
    }
  }

  /// Encodes the rule as its text.
  public func encode(to encoder: any Encoder) throws {
    var field = encoder.singleValueContainer()
    try field.encode(description)
  }
}

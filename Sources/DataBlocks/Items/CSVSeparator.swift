/// The character between the cells of a table (`sep`).
public enum CSVSeparator: String, Sendable, Codable, CaseIterable {
  /// `,`
  case comma
  /// `;`, as spreadsheets write where the decimal sign is a comma.
  case semicolon
  /// The tab character.
  case tab
  /// `|`
  case pipe

  /// Parses a name ("tab") or the character itself.
  public init?(_ text: String) {
    guard
      let found = Self.allCases.first(where: { $0.rawValue == text.lowercased() || $0.text == text }
      )
    else {
      guard text == "\\t" else { return nil }
      self = .tab
      return
    }
    self = found
  }

  var byte: UInt8 {
    switch self {
    case .comma: UInt8(ascii: ",")
    case .semicolon: UInt8(ascii: ";")
    case .tab: UInt8(ascii: "\t")
    case .pipe: UInt8(ascii: "|")
    }
  }

  private var text: String { String(UnicodeScalar(byte)) }
}

extension Unicode.Scalar {
  /// Whether nothing is seen of it: blanks, line breaks, control characters, zero-width characters.
  package var isBlank: Bool {
    switch value {
    case 0...0x20, 0x7F...0xA0, 0xAD, 0x1680, 0x180E, 0x2000...0x200F, 0x2028...0x202F,
      0x205F...0x206F, 0x2800, 0x3000, 0x3164, 0xFEFF:
      true
    default: false
    }
  }
}

extension String {
  /// The text without blanks, control characters and zero-width characters at its ends.
  package var trimmed: String {
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.isBlank }),
      let last = scalars.lastIndex(where: { !$0.isBlank })
    else { return "" }
    return String(scalars[first...last])
  }

  /// The text with escapes such as `\r` and `\u{A0}` for characters that are not seen, other than the blank.
  package var visible: String {
    guard unicodeScalars.contains(where: { $0.isBlank && $0 != " " }) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      case " ": text += " "
      case "\r": text += "\\r"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case _ where scalar.isBlank:
        text += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  /// The text with escapes such as `\u{1B}` for control characters other than the line feed.
  var escapingControls: String {
    func isControl(_ scalar: Unicode.Scalar) -> Bool {
      scalar != "\n" && (scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value))
    }
    guard unicodeScalars.contains(where: isControl) else { return self }
    return unicodeScalars.reduce(into: "") { text, scalar in
      if isControl(scalar) {
        text += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
  }

  /// The text in quotation marks for a message: invisible characters are shown, and a long text is cut.
  package var quoted: String {
    let (limit, text) = (80, prefix(81))
    return "\"" + String(text.prefix(limit)).visible + (text.count > limit ? "…" : "") + "\""
  }
}

/// Names for a message: each with its invisible characters shown, long ones and long lists cut.
package func listed(_ names: some Collection<String>, limit: Int = 12) -> String {
  let shown = names.prefix(limit).map { String($0.quoted.dropFirst().dropLast()) }
  return shown.joined(separator: ", ")
    + (names.count > limit ? " and \(names.count - limit) more" : "")
}

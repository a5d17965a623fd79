import Files
import Foundation

/// How names of classes that are written in several ways are compared: the same for every command and source of labels.
enum ClassSpelling {
  /// The name without blanks at its ends, in Unicode's normal form C: what is the same to a reader is one class.
  static func normalized(_ name: String) -> String {
    let text = name.trimmed
    return text.utf8.allSatisfy { $0 < 0x80 } ? text : text.precomposedStringWithCanonicalMapping
  }

  /// A key that names have in common which differ only by case, blanks, punctuation between words, Unicode's
  /// compatible characters and the ways of writing one number: they look alike and stay different classes.
  static func key(_ name: String) -> String {
    let text = name.trimmed
    if let number = Double(text), number.isFinite { return "\(number == 0 ? 0 : number)" }
    let scalars = text.precomposedStringWithCompatibilityMapping.lowercased().unicodeScalars
      .filter { !$0.isBlank && $0 != "_" && $0 != "-" }
    return scalars.isEmpty ? text : String(String.UnicodeScalarView(scalars))
  }

  /// Normalizes the labels of items.
  ///
  /// - Returns: A warning for each class that is written in several ways.
  static func normalize(_ items: inout [DataItem]) -> [DataWarning] {
    // Strings with the same characters are equal, so the bytes are compared.
    var spellings: [String: Set<[UInt8]>] = [:]
    for index in items.indices {
      guard let label = items[index].label else { continue }
      let name = normalized(label)
      if spellings[name, default: []].count <= 8 {
        spellings[name, default: []].insert(Array(label.utf8))
      }
      items[index].label = name
    }
    return spellings.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }.prefix(12).map {
      name, ways in
      DataWarning(
        .joinedSpellings(
          name,
          ways.sorted { $0.lexicographicallyPrecedes($1) }.map {
            shown(String(decoding: $0, as: UTF8.self))
          }))
    }
  }

  /// The name in quotation marks, with escapes for all that is not ASCII, which tells normal forms apart.
  private static func shown(_ name: String) -> String {
    name.unicodeScalars.prefix(80).reduce("\"") { text, scalar in
      scalar.value >= 0x20 && scalar.value < 0x7F
        ? text + String(Character(scalar))
        : text + "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
    } + "\""
  }
}

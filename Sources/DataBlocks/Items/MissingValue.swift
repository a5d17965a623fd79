/// Texts that other programs write where a value is missing.
package enum MissingValue {
  /// What pandas reads as missing (`na_values`), in lowercase.
  private static let names: Set<String> = [
    "#n/a", "#n/a n/a", "#na", "-1.#ind", "-1.#qnan", "-nan", "1.#ind", "1.#qnan", "<na>", "n/a",
    "na", "null", "nan", "none", "nat", "nil",
  ]
  /// Values of anonymized files that many patients share.
  private static let placeholders: Set<String> = [
    "anon", "anonymous", "anonymized", "anonymised", "anonymous patient", "deidentified",
    "de-identified", "deid", "removed", "unknown", "patient", "test", "no id", "noid", "?", "-",
    "xxx", "redacted",
  ]

  /// Whether pandas reads the text as a missing value, ignoring case.
  static func isName(_ text: String) -> Bool { names.contains(text.lowercased()) }

  /// Whether a patient is not known.
  static func isUnknownPatient(_ text: String) -> Bool {
    isName(text) || text.lowercased() == "unknown"
  }

  /// Whether an identifier in a file's header says nothing about the patient.
  package static func isPlaceholder(_ identifier: String) -> Bool {
    let text = identifier.lowercased()
    // "0", "000000", "XXXX".
    return isName(text) || placeholders.contains(text) || text.allSatisfy { $0 == "0" || $0 == "x" }
  }
}

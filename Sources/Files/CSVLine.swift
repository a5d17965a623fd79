/// Writes rows of comma-separated values (RFC 4180).
package enum CSVLine {
  /// One row with its line end.
  ///
  /// Cells with commas, quotation marks or line breaks are quoted, and those with blanks at an end, which readers
  /// remove otherwise. Nothing else is changed: a cell that a spreadsheet would run as a formula ("=1+1") stays, so
  /// that the values that are read back are those that were written.
  package static func text(_ cells: some Sequence<String>) -> String {
    cells.map(quoted).joined(separator: ",") + "\n"
  }

  private static func quoted(_ cell: String) -> String {
    let scalars = cell.unicodeScalars
    let needsQuotes =
      scalars.contains { ",;\t|\"\r\n\u{85}\u{2028}\u{2029}".unicodeScalars.contains($0) }
      || scalars.first?.isBlank == true || scalars.last?.isBlank == true
    guard needsQuotes else { return cell }
    var text = "\""
    for scalar in scalars {
      if scalar == "\"" { text += "\"" }
      text.unicodeScalars.append(scalar)
    }
    return text + "\""
  }
}

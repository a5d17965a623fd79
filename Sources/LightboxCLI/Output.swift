import ArgumentParser
import Foundation

/// Text for people: to the standard error, so that results alone stand on the standard output.
func say(_ text: String) {
  try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
}

/// A line of results, at once: a pipe shows an epoch when it is done, not when a buffer is full.
func emit(_ text: String) {
  try? FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
}

/// A value as JSON on the standard output.
func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  print(String(decoding: try encoder.encode(value), as: UTF8.self))
}

/// Rows under titles, each column as wide as its widest cell.
func table(_ titles: [String], _ rows: [[String]]) -> String {
  let widths = titles.indices.map { column in
    ([titles] + rows).map { $0[column].count }.max() ?? 0
  }
  return ([titles] + rows).map { row in
    var line = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
      .joined(separator: "  ")
    while line.last == " " { line.removeLast() }
    return line
  }.joined(separator: "\n")
}

/// A number with some digits behind the point; "none" if it is not a number.
func digits(_ value: Double?, _ count: Int = 4) -> String {
  guard let value, value.isFinite else { return "none" }
  return String(format: "%.\(count)f", value)
}

/// Shows a count that grows, on a terminal in one line, otherwise not at all.
struct CountLine: Sendable {
  let what: String
  let isTerminal = isatty(2) != 0

  func show(_ done: Int, _ all: Int) {
    guard isTerminal, done == all || done % 8 == 0 else { return }
    try? FileHandle.standardError.write(
      contentsOf: Data("\r\u{1B}[K\(what) \(done)/\(all)\(done == all ? "\n" : "")".utf8))
  }
}

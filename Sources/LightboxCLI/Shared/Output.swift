import Console
import Foundation

/// Writes a message for people to the standard error, so that the standard output has results only.
func say(_ text: String) {
  try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
}

/// Writes a line of results to the standard output without buffering, so that a pipe gets it at once.
func emit(_ text: String) {
  try? FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
}

/// Writes a value as JSON to the standard output.
func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  print(String(decoding: try encoder.encode(value), as: UTF8.self))
}

/// A number with a fixed number of digits after the point; "none" if it is nil, NaN or infinity.
func digits(_ value: Double?, _ count: Int = 4) -> String {
  guard let value, value.isFinite else { return "none" }
  return NumberFormat.fixed(value, count)
}

/// A table of left-aligned columns.
func table(_ titles: [String], _ rows: [[String]]) -> String {
  TextTable(titles.map { TextColumn($0) }, rows: rows).description
}

/// Shows a count on a terminal.
struct CountLine: Sendable {
  let what: String
  private let line = ProgressLine()

  init(what: String) { self.what = what }

  func show(_ done: Int, _ total: Int) {
    if done == total {
      line.finish("\(what) \(done)/\(total)")
    } else {
      line.show("\(what) \(done)/\(total)")
    }
  }
}

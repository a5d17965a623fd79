import Console
import Foundation
import Lightbox

/// Writes a message to the standard error; the standard output has only results.
///
/// On a terminal, long messages are broken into lines. A closed standard error is ignored: messages are no results.
func say(_ text: String) {
  let shown = TextWrapping.width(of: STDERR_FILENO).map {
    TextWrapping.wrapped(text, width: $0)
  }
  _ = StandardOutput.write((shown ?? text) + "\n", to: STDERR_FILENO)
}

/// Writes a line of results to the standard output, and ends the process if that fails.
///
/// It takes the place of the standard library's function, which ignores a full disk.
func print(_ value: some CustomStringConvertible) {
  let code = StandardOutput.write("\(value)\n", to: STDOUT_FILENO)
  if code != 0 { StandardOutput.end(after: code) }
}

/// Writes a line that the run folder has too: if that fails, the run goes on and `StandardOutput.finish` says so.
func emit(_ text: String) {
  guard StandardOutput.failure == 0 else { return }
  let code = StandardOutput.write(text + "\n", to: STDOUT_FILENO)
  if code != 0 { StandardOutput.fail(code) }
}

/// Writes a value as JSON to the standard output.
func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  print(String(decoding: try encoder.encode(value), as: UTF8.self))
}

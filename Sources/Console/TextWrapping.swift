import Glibc

/// Wraps messages to the width of a terminal.
package enum TextWrapping {
  /// The longest line, also on a wide terminal.
  private static let limit = 100

  /// The width for messages; nil if the descriptor is no terminal, so that a pipe or a log keeps a message on one line.
  package static func width(of descriptor: Int32) -> Int? {
    guard isatty(descriptor) != 0 else { return nil }
    var size = winsize()
    let columns =
      ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    return min(max(columns, 40), limit)
  }

  /// Breaks the lines of a text that begin with one of some words.
  ///
  /// Lines are broken at blanks, and the rest is indented; a longer word, such as a path, is kept whole so that it can
  /// be copied. Other lines, such as those of a table, stay.
  package static func wrapped(
    _ text: String, width: Int, starts: [String] = ["Error: ", "lightbox: "]
  ) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard line.count > width, starts.contains(where: { line.hasPrefix($0) }) else {
        return String(line)
      }
      var lines: [String] = []
      var current = ""
      for word in line.split(separator: " ", omittingEmptySubsequences: false) {
        if !current.isEmpty, current.count + 1 + word.count > width {
          lines.append(current)
          current = "  " + word
        } else {
          current += (current.isEmpty ? "" : " ") + word
        }
      }
      return (lines + [current]).joined(separator: "\n")
    }.joined(separator: "\n")
  }
}

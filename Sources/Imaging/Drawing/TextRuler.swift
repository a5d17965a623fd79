import CCodecs
import Files
import Synchronization

/// Measures and wraps text.
enum TextRuler {
  /// Widths at size 1, which are the same for every canvas since letters are not hinted.
  private static let widths = Mutex<[Key: Double]>([:])

  private struct Key: Hashable {
    let text: String
    let isBold: Bool
  }

  /// The width of a line of text, with its invisible characters as escapes.
  static func width(of unescaped: String, size: Double, bold: Bool) -> Double {
    let text = unescaped.visible
    if text.isEmpty { return 0 }
    let key = Key(text: text, isBold: bold)
    if let known = widths.withLock({ $0[key] }) { return known * size }
    let size100 = RasterCanvas(width: 1, height: 1).measured(text, size: 100, bold: bold)
    widths.withLock {
      if $0.count > 4096 { $0.removeAll() }
      $0[key] = size100 / 100
    }
    return size100 / 100 * size
  }

  /// Breaks a text into lines of at most `width`; longer words are broken, and what exceeds the last line is
  /// replaced by an ellipsis.
  static func wrapped(
    _ text: String, width: Double, size: Double, bold: Bool = false, lineLimit: Int = 3
  ) -> [String] {
    func fits(_ line: String) -> Bool { self.width(of: line, size: size, bold: bold) <= width }
    var lines: [String] = []
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      for word in paragraph.split(separator: " ").map({ String($0).visible }) {
        let longer = line.isEmpty ? word : line + " " + word
        if fits(longer) {
          line = longer
          continue
        }
        if !line.isEmpty { lines.append(line) }
        line = word
        // A long name of a file has no blank to break it at.
        while !fits(line), lines.count < lineLimit {
          let head = prefix(of: line, that: fits)
          lines.append(head)
          line = String(line.dropFirst(head.count))
        }
      }
      lines.append(line)
      if lines.count > lineLimit { break }
    }
    if lines.count > lineLimit {
      lines = Array(lines.prefix(lineLimit))
      lines[lineLimit - 1] = prefix(of: lines[lineLimit - 1]) { fits($0 + "…") } + "…"
    }
    return lines
  }

  /// A text in one line of at most `width`, with an ellipsis in its middle if it is longer.
  static func shortened(_ text: String, width: Double, size: Double, bold: Bool = false) -> String {
    let letters = Array(text.visible)
    func fits(_ line: String) -> Bool { self.width(of: line, size: size, bold: bold) <= width }
    if fits(String(letters)) { return String(letters) }
    var (low, high) = (0, letters.count - 1)
    func cut(_ kept: Int) -> String {
      String(letters.prefix((kept + 1) / 2)) + "…" + String(letters.suffix(kept / 2))
    }
    while low < high {
      let middle = (low + high + 1) / 2
      if fits(cut(middle)) { low = middle } else { high = middle - 1 }
    }
    return cut(low)
  }

  /// The longest beginning that fits; at least one character.
  private static func prefix(of text: String, that fits: (String) -> Bool) -> String {
    let letters = Array(text)
    var (low, high) = (1, letters.count)
    while low < high {
      let middle = (low + high + 1) / 2
      if fits(String(letters.prefix(middle))) { low = middle } else { high = middle - 1 }
    }
    return String(letters.prefix(low))
  }
}

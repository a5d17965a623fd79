import Glibc
import Synchronization

/// Shows progress on the standard error.
///
/// On a terminal, one line is overwritten. In a pipe, lines are written at an interval, or not at all. An
/// instance can be used from several threads.
package final class ProgressLine: Sendable {
  private let isTerminal: Bool
  private let interval: Duration?
  private let write: @Sendable (String) -> Void
  private let lastShown: Mutex<ContinuousClock.Instant?>

  /// Carriage return and the escape sequence that erases to the end of the line.
  private static let erase = "\r\u{1B}[K"

  /// Creates a progress line.
  ///
  /// - Parameters:
  ///   - terminalInterval: The time between two texts on a terminal.
  ///   - pipeInterval: The time between two lines in a pipe. Default: nothing is shown in a pipe.
  ///   - isTerminal: Whether the output is a terminal. Default: whether the standard error is one.
  ///   - write: Writes text. Default: to the standard error.
  package init(
    terminalInterval: Duration = .milliseconds(100), pipeInterval: Duration? = nil,
    isTerminal: Bool? = nil,
    write: (@Sendable (String) -> Void)? = nil
  ) {
    self.isTerminal = isTerminal ?? (isatty(STDERR_FILENO) != 0)
    interval = self.isTerminal ? terminalInterval : pipeInterval
    self.write = write ?? ProgressLine.writeToStandardError
    lastShown = Mutex(nil)
  }

  /// Starts a new interval: the next text is shown when it is over, not at once.
  package func restart() { lastShown.withLock { $0 = .now } }

  /// Shows a text if the interval since the last one is over.
  package func show(_ text: @autoclosure () -> String) {
    guard let interval else { return }
    let isDue = lastShown.withLock { last in
      let now = ContinuousClock.now
      if let last, now - last < interval { return false }
      last = now
      return true
    }
    guard isDue else { return }
    write(isTerminal ? ProgressLine.erase + text() : text() + "\n")
  }

  /// Shows a final text, regardless of the interval, and ends the line.
  package func finish(_ text: String) {
    guard interval != nil else { return }
    write((isTerminal ? ProgressLine.erase : "") + text + "\n")
  }

  /// Shows a count, such as "images 3/60"; the last one ends the line.
  package func show(_ name: String, _ done: Int, of total: Int) {
    let text = "\(name) \(done)/\(total)"
    if done == total { finish(text) } else { show(text) }
  }

  /// Erases the line on a terminal.
  package func clear() {
    if isTerminal { write(ProgressLine.erase) }
  }

  @Sendable private static func writeToStandardError(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var written = 0
      while written < bytes.count, let base = bytes.baseAddress {
        let count = Glibc.write(STDERR_FILENO, base + written, bytes.count - written)
        if count < 0 {
          if errno == EINTR { continue }
          return
        }
        written += count
      }
    }
  }
}

import ArgumentParser
import Lightbox

/// What a command does about files that cannot be read.
struct UnreadableOption: ParsableArguments {
  @Flag(
    help:
      "Leave out files that cannot be read, and list them; the exit code is 0 as long as one can be read."
  )
  var skipUnreadable = false

  /// The most files that are listed.
  private static let shown = 20

  var policy: UnreadablePolicy { skipUnreadable ? .skip : .stop }

  /// Replaces folders by the images below them, and says what in them is not read.
  func expand(_ paths: [String]) throws -> [String] {
    let (files, notes) = try ImageFiles.expand(paths)
    for note in notes.prefix(Self.shown) { say("lightbox: not read: \(note)") }
    if notes.count > Self.shown { say("lightbox: \(notes.count - Self.shown) more are not read") }
    return files
  }

  /// Lists the unreadable files of a command that treats files one by one, and throws its exit code.
  ///
  /// - Parameters:
  ///   - done: The number of images that were treated.
  ///   - errors: The number of those that were not, for any reason.
  ///   - messages: The errors of files that cannot be read.
  /// - Throws: `ExitCode` 1 if nothing was left, 2 if errors remain that are not to be skipped.
  func exit(after done: Int, errors: Int, unreadable messages: [String]) throws {
    if skipUnreadable {
      tell(messages)
    } else if !messages.isEmpty {
      for message in messages.prefix(Self.shown) { say("Error: \(message)") }
      if messages.count > Self.shown {
        say("Error: \(messages.count - Self.shown) more files cannot be read")
      }
    }
    if skipUnreadable, done == 0, errors == messages.count {
      say("Error: no file can be read")
      throw ExitCode(1)
    }
    if errors > (skipUnreadable ? messages.count : 0) { throw ExitCode(2) }
  }

  /// Lists files that were skipped.
  func tell(_ errors: [some CustomStringConvertible]) {
    guard !errors.isEmpty else { return }
    say(
      "lightbox: skipped \(errors.count) \(errors.count == 1 ? "file" : "files") that cannot be read:"
    )
    for error in errors.prefix(Self.shown) { say("  \(error)") }
    if errors.count > Self.shown { say("  and \(errors.count - Self.shown) more") }
  }
}

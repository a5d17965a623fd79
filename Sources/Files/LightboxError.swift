/// An error that a caller cannot prevent, such as a missing file, a malformed table or a full disk.
///
/// Errors of Lightbox store facts, usually in an enum `Reason`, and compute `problem` and `remedy` from them.
/// Only `description` composes the message; an error that wraps another uses its fields, not its text.
public protocol LightboxError: Error, Sendable, CustomStringConvertible {
  /// The file, and the line or element in it.
  var place: ErrorPlace { get }
  /// The problem, as a clause without the place: "the header is truncated".
  var problem: String { get }
  /// The way to fix it, as a clause: "copy the file again"; nil if there is none.
  var remedy: String? { get }
}

extension LightboxError {
  /// The message: place, problem and remedy.
  ///
  /// Control characters of names from files, which a terminal would interpret, are shown as escapes.
  public var description: String {
    let place = place.description
    return ((place.isEmpty ? "" : place + ": ") + problem + (remedy.map { "; " + $0 } ?? ""))
      .escapingControls
  }
}

/// The place of an error.
public struct ErrorPlace: Sendable, Equatable, CustomStringConvertible {
  /// The path or name of the file, folder or argument.
  public let file: String?
  /// The line of a table, counted from 1.
  public let line: Int?
  /// The part of the file, such as a tensor's name.
  public let element: String?

  package init(file: String? = nil, line: Int? = nil, element: String? = nil) {
    self.file = file
    self.line = line
    self.element = element
  }

  /// "labels.csv, line 3"; empty if all parts are nil.
  public var description: String {
    [file.map(FileName.shown), line.map { "line \($0)" }, element.map { "\"\($0)\"" }].compactMap(
      \.self
    )
    .joined(separator: ", ")
  }
}

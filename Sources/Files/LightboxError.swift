/// A failure that a caller cannot prevent: a file, a table, a setting, a full disk.
///
/// Every error of Lightbox has this shape: the facts in an enum of its own (`reason`), the place and the
/// remedy as fields. The sentence is put together in `description` only, so an error that wraps another
/// reuses its fields and never its text.
public protocol LightboxError: Error, Sendable, CustomStringConvertible {
  /// The file, and the line or element in it.
  var place: ErrorPlace { get }
  /// What is wrong, as a clause without the place: "the header is cut short".
  var problem: String { get }
  /// What to do about it, as a clause: "copy the file again"; nil if there is nothing to advise.
  var remedy: String? { get }
}

extension LightboxError {
  /// One sentence: the place, the problem, the remedy.
  public var description: String {
    let place = place.description
    return (place.isEmpty ? "" : place + ": ") + problem + (remedy.map { "; " + $0 } ?? "")
  }
}

/// The place of a failure.
public struct ErrorPlace: Sendable, Equatable, CustomStringConvertible {
  /// The path or name of the file, folder or argument.
  public let file: String?
  /// The line of a table, from 1.
  public let line: Int?
  /// The part of the file, such as a tensor's name.
  public let element: String?

  /// Creates a place; every part may be unknown.
  package init(file: String? = nil, line: Int? = nil, element: String? = nil) {
    self.file = file
    self.line = line
    self.element = element
  }

  /// "labels.csv, line 3"; empty if nothing is known.
  public var description: String {
    [file, line.map { "line \($0)" }, element.map { "\"\($0)\"" }].compactMap(\.self)
      .joined(separator: ", ")
  }
}

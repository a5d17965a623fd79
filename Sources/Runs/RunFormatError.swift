public import Files

/// A run of another format.
public struct RunFormatError: LightboxError, Equatable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    /// The format of the file, and the version of Lightbox that wrote it.
    case format(Int, version: String)
  }

  /// The facts.
  package let reason: Reason

  let path: String?

  init(_ reason: Reason, path: String? = nil) {
    self.reason = reason
    self.path = path
  }

  /// The same facts with a path.
  func at(_ path: String) -> RunFormatError { RunFormatError(reason, path: path) }

  /// The file.
  public var place: ErrorPlace { ErrorPlace(file: path) }

  /// What is wrong.
  public var problem: String {
    switch reason {
    case .format(let format, let version):
      "the run has format \(format) of Lightbox \(version); this version reads formats 2 and "
        + "\(RunDescription.currentFormat)"
    }
  }

  /// What to do about it.
  public var remedy: String? {
    switch reason {
    case .format(_, let version):
      "open it with the version that wrote it (\(version)), or train again"
    }
  }
}

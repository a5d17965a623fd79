public import Files

/// A file that cannot be fetched.
public struct DownloadError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Reason: Sendable, Equatable {
    /// Downloads are switched off, and the file is not in the cache.
    case offline(folder: String)
    /// libcurl is not installed.
    case noLibrary
    /// The server answered with an error.
    case refused(status: Int)
    /// No connection, or it broke; so many bytes are kept to go on from.
    case interrupted(String, kept: Int)
    /// The file that came is not the one that was wanted.
    case wrongHash(expected: String, found: String)
    /// Another process is fetching the same file.
    case busy
    /// The operating system does not let us read or write the file.
    case file(FileError.Reason)
    /// The file cannot be written.
    case system(String)
    /// Nobody published weights of this name.
    case unknownName(nearest: [String])
  }

  /// What is wrong.
  public let reason: Reason
  /// The address, file or name.
  public let subject: String

  /// Makes an error.
  public init(_ reason: Reason, _ subject: String) {
    self.reason = reason
    self.subject = subject
  }

  /// What was wanted, what is wrong, and the way out.
  public var description: String {
    switch reason {
    case .offline(let folder):
      "\(subject): not in the cache (\(folder)), and LIGHTBOX_OFFLINE or HF_HUB_OFFLINE is set; unset it, "
        + "or put the file there"
    case .noLibrary: "\(subject): libcurl is needed to fetch it: apt-get install libcurl4"
    case .refused(let status): "\(subject): the server answered \(status)"
    case .interrupted(let text, let kept):
      "\(subject): \(text)"
        + (kept > 0 ? "; \(kept) bytes are here, the same command goes on from there" : "")
    case .wrongHash(let expected, let found):
      "\(subject): the file that came has the SHA-256 \(found.prefix(16))…, which should begin with "
        + "\(expected); it was thrown away, try again"
    case .busy: "\(subject): another process is fetching it; wait for that one"
    case .file(let reason): FileError(reason, path: subject).description
    case .system(let text): "\(subject): \(text)"
    case .unknownName(let nearest):
      "there are no weights named \"\(subject)\"; did you mean \(nearest.joined(separator: ", "))?"
    }
  }
}

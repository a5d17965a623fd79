public import Files

/// An archive that is not extracted, because it is damaged or an entry would do harm.
public struct ArchiveError: LightboxError, Equatable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    /// A file cannot be read or written.
    case file(FileError.Reason)
    /// The bytes are neither a tar archive, compressed by gzip or not, nor a zip archive.
    case notAnArchive
    /// The archive violates its format, or ends too early.
    case corrupt(String)
    /// The path is absolute, has "..", or is no name.
    case unsafePath
    /// The target of a link is outside of the folder or does not exist.
    case unsafeLink
    /// A hard link, a device or another kind of entry that data have no use for.
    case unsafeKind(String)
    /// Two entries have one path, or a file is a folder of another.
    case clash
    /// The content has more bytes than the limit.
    case tooLarge(limit: Int)
    /// The archive has more entries than the limit.
    case tooManyEntries(limit: Int)
  }

  package let reason: Reason
  package let archive: String
  /// The path of the entry in the archive; nil if the whole archive is meant.
  package let entry: String?

  package init(_ reason: Reason, archive: String, entry: String? = nil) {
    self.reason = reason
    self.archive = archive
    self.entry = entry
  }

  /// The archive and the entry.
  public var place: ErrorPlace { ErrorPlace(file: archive, element: entry) }

  /// What is wrong.
  public var problem: String {
    switch reason {
    case .file(let reason): FileError(reason, path: archive).problem
    case .notAnArchive: "it is neither a tar nor a zip archive"
    case .corrupt(let detail): "the archive is damaged: \(detail)"
    case .unsafePath: "the path of an entry leads out of the folder"
    case .unsafeLink: "the target of a link is not in the folder"
    case .unsafeKind(let kind): "the entry is a \(kind)"
    case .clash: "the path is that of another entry"
    case .tooLarge(let limit): "the content has more than \(limit) bytes, the limit"
    case .tooManyEntries(let limit): "there are more than \(limit) entries, the limit"
    }
  }

  /// What to do about it.
  public var remedy: String? {
    switch reason {
    case .file(let reason): FileError(reason, path: archive).remedy
    case .notAnArchive: "use a .tgz, .tar.gz, .tar or .zip file"
    case .corrupt: "download it again"
    case .unsafePath, .unsafeLink, .unsafeKind, .clash, .tooLarge, .tooManyEntries:
      "nothing was extracted; do not use the archive unless you trust it"
    }
  }
}

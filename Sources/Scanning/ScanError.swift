public import Files

/// A scan that cannot be made, or a report or index that cannot be read or written.
public struct ScanError: LightboxError, Equatable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    /// The folder or a file cannot be read or written.
    case file(FileError.Reason)
    /// There is no such folder.
    case noFolder
    /// The file is no index of a scan, so it is not replaced.
    case notAnIndex
    /// SQLite's message.
    case database(String)
    /// The extension of a table is not known.
    case unknownTable(String)
    /// A report cannot be encoded.
    case unencodable(String)
  }

  package let reason: Reason
  package let path: String

  /// Creates an error.
  package init(_ reason: Reason, path: String) {
    self.reason = reason
    self.path = path
  }

  /// The path.
  public var place: ErrorPlace { ErrorPlace(file: path) }

  /// What is wrong.
  public var problem: String {
    switch reason {
    case .file(let reason): FileError(reason, path: path).problem
    case .noFolder: "there is no such folder"
    case .notAnIndex: "it is not an index of a scan, and is not replaced"
    case .database(let message): "the database cannot be used: \(message)"
    case .unknownTable(let found): "tables cannot be written as \"\(found)\""
    case .unencodable(let detail): "it cannot be encoded: \(detail)"
    }
  }

  /// What to do about it.
  public var remedy: String? {
    switch reason {
    case .file(let reason): FileError(reason, path: path).remedy
    case .noFolder: "check the path"
    case .notAnIndex: "choose another path, or remove the file"
    case .database: "remove the file, choose another path with --index, or use --no-index"
    case .unknownTable: "use .csv, .sqlite or .db"
    case .unencodable: nil
    }
  }
}

public import Files

/// A training run that cannot be created, read or written.
public struct RunError: LightboxError, Equatable {
  /// Why the run cannot be used.
  package enum Reason: Sendable, Equatable {
    /// The folder for a new run contains files.
    case folderNotEmpty
    /// The folder has no `run.json`.
    case notARun
    /// Neither the folder nor a folder in it is a run.
    case noRuns
    /// `run.json` does not have the expected content.
    case invalidSettings(String)
    /// A checkpoint does not fit the model.
    case weightsMismatch(missing: [String], mismatched: [String])
    /// SQLite refused to open, read or write the database.
    case database(code: Int, message: String)
  }

  package let reason: Reason
  let path: String

  package init(_ reason: Reason, path: String) {
    self.reason = reason
    self.path = path
  }

  /// The folder or file.
  public var place: ErrorPlace { ErrorPlace(file: path) }

  /// Why the run cannot be used, as a clause.
  public var problem: String {
    switch reason {
    case .folderNotEmpty: "the folder is not empty"
    case .notARun: "the folder has no run.json, so it is not a training run"
    case .noRuns: "there are no training runs in this folder"
    case .invalidSettings(let detail): "the settings cannot be decoded: \(detail)"
    case .weightsMismatch(let missing, let mismatched):
      "the weights do not fit the model: \(missing.count) missing"
        + list(missing) + ", \(mismatched.count) of another shape" + list(mismatched)
    case .database(let code, let message): "SQLite error \(code): \(message)"
    }
  }

  /// How to resolve it; nil for errors of SQLite.
  public var remedy: String? {
    switch reason {
    case .folderNotEmpty: "choose another folder or remove this one first"
    case .notARun, .noRuns: "check the path"
    case .invalidSettings: "read the run with the version that wrote it"
    case .weightsMismatch: "check that the run trained this architecture"
    case .database: nil
    }
  }

  private func list(_ names: [String]) -> String {
    guard !names.isEmpty else { return "" }
    let more = names.count > 3 ? ", …" : ""
    return " (\(names.prefix(3).joined(separator: ", "))\(more))"
  }
}

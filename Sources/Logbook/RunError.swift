public import Files

/// A training run that cannot be created, read or written.
public struct RunError: LightboxError, Equatable {
  /// Why the run cannot be used.
  package enum Reason: Sendable, Equatable {
    /// The folder for a new run contains files.
    case folderNotEmpty
    /// The folder for a new run has a run that ended early: its status, and its last weights.
    case endedEarly(status: String, checkpoint: String?)
    /// Another process uses the folder.
    case inUse(pid: Int32?, host: String?)
    /// The run has no such checkpoint, since no epoch has finished.
    case noCheckpoint(String)
    /// The run has ended, so that it cannot be continued.
    case finished
    /// The settings of the run are others: its value of each, and the one given.
    case settingsDiffer([String])
    /// The items are not those that the run began with.
    case dataChanged(String)
    /// The folder has no `run.json`.
    case notARun
    /// The folder has runs in folders, such as those of a cross-validation: the name of the first.
    case severalRuns(first: String)
    /// The process of a run ended before it wrote `run.json`.
    case diedBeforeSettings
    /// Neither the folder nor a folder in it is a run.
    case noRuns
    /// `run.json` does not have the expected content.
    case invalidSettings(JSONFault, remedy: String? = nil)
    /// A checkpoint does not fit the model.
    case weightsMismatch(missing: [String], mismatched: [String], unexpected: [String] = [])
    /// The optimizer's state in a checkpoint is not one that was saved.
    case invalidState(name: String, problem: String)
    /// SQLite refused to open, read or write the database.
    case database(code: Int, message: String)
    /// The database does not have the expected content.
    case invalidDatabase(String)
    /// A newer version made changes to the database: the first one that is unknown.
    case newerDatabase(String)
  }

  package let reason: Reason
  let path: String

  package init(_ reason: Reason, path: String) {
    self.reason = reason
    self.path = path
  }

  /// The same facts with a path, if there is none yet.
  package func at(_ path: String) -> RunError {
    RunError(reason, path: self.path.isEmpty ? path : self.path)
  }

  /// The folder or file, and the field or line in it.
  public var place: ErrorPlace {
    switch reason {
    case .invalidSettings(let fault, _):
      ErrorPlace(file: path, line: fault.line, element: fault.field)
    case .invalidState(let name, _): ErrorPlace(file: path, element: name.isEmpty ? nil : name)
    default: ErrorPlace(file: path)
    }
  }

  /// Why the run cannot be used, as a clause.
  public var problem: String {
    switch reason {
    case .folderNotEmpty: "the folder is not empty"
    case .endedEarly(let status, _):
      status == "died"
        ? "the folder has a run whose process was killed"
        : "the folder has a run that \(words(status))"
    case .inUse(let pid, let host):
      "another process writes to this folder"
        + (pid.map { " (\($0)\(host.map { " on \($0)" } ?? ""))" } ?? "")
    case .noCheckpoint(let name): "there is no checkpoint \"\(name)\": no epoch has finished"
    case .finished: "the run is finished"
    case .settingsDiffer(let settings):
      "the run has other settings: \(settings.joined(separator: "; "))"
    case .dataChanged(let what): "the data is not that of the run: \(what)"
    case .notARun: "the folder has no run.json, so it is not a training run"
    case .severalRuns: "the folder has no run.json, but runs in it"
    case .diedBeforeSettings: "the process of this run was killed before it wrote run.json"
    case .noRuns: "there are no training runs in this folder"
    case .invalidSettings(let fault, _): fault.problem
    case .weightsMismatch(let missing, let mismatched, let unexpected):
      "the weights do not fit the model: \(missing.count) missing"
        + list(missing) + ", \(mismatched.count) of another shape" + list(mismatched)
        + (unexpected.isEmpty
          ? "" : ", \(unexpected.count) that the model has not" + list(unexpected))
    case .invalidState(_, let problem): problem
    case .database(let code, let message): "SQLite error \(code): \(message)"
    case .invalidDatabase(let problem): problem
    case .newerDatabase(let name):
      "a newer version of Lightbox wrote this database (\"\(name)\" is unknown)"
    }
  }

  private func words(_ status: String) -> String {
    switch status {
    case "interrupted": "was interrupted"
    case "failed": "failed"
    default: "is \(status)"
    }
  }

  /// How to resolve it; nil if there is no general way.
  public var remedy: String? {
    switch reason {
    case .folderNotEmpty: "choose another folder or remove this one first"
    case .endedEarly(_, let checkpoint):
      "continue it with \"lightbox train --resume \(path)\", choose another folder, or remove this one"
        + (checkpoint.map { "; a new run can start from its weights, \($0)" } ?? "")
    case .noCheckpoint: "continue it with \"lightbox train --resume \(path)\", or train again"
    case .finished:
      "train on in a new run: \"lightbox train --from \(path) --out NEW\""
    case .settingsDiffer:
      "continue it with \"lightbox train --resume \(path)\", or start a new run from it: \"lightbox train --from \(path) --out NEW\""
    case .dataChanged:
      "restore the table and its files, or start a new run: \"lightbox train --from \(path) --out NEW\""
    case .inUse: "choose another folder, or wait until it has ended"
    case .notARun, .noRuns: "check the path"
    case .severalRuns(let first):
      "give one of them, such as \(path)/\(first); --folds and sweeps are continued by their own command"
    case .diedBeforeSettings: "remove the folder, or train into it again"
    case .invalidSettings(_, let remedy): remedy ?? "correct the file, or train again"
    case .weightsMismatch: "use the architecture that was saved"
    case .invalidState:
      "restore the file, or start a new run from the weights in checkpoints/: \"lightbox train --from RUN --out NEW\""
    case .database(let code, _):
      switch code {
      case 5, 6: "another process has locked it; try again later"
      case 8, 14: "check the permissions"
      case 10: "check the disk and its free space"
      case 13: "free disk space and try again"
      case 11, 26: "the settings and weights of the run can be used without it"
      default: nil
      }
    case .invalidDatabase: "the settings and weights of the run can be used without it"
    case .newerDatabase: "use that version"
    }
  }

  private func list(_ names: [String]) -> String {
    guard !names.isEmpty else { return "" }
    let more = names.count > 3 ? ", …" : ""
    return " (\(names.prefix(3).joined(separator: ", "))\(more))"
  }
}

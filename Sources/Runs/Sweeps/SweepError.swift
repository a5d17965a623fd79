public import Files

/// A sweep that cannot be planned, read or run.
public struct SweepError: LightboxError, Equatable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    /// The folder has no `sweep.toml`.
    case notASweep
    /// The folder has a sweep of another settings file.
    case otherSweep(file: String)
    /// `trials.csv` is not what the settings give.
    case otherTrials
    /// `sweep.json` cannot be read.
    case damaged(String)
    /// There is no such trial.
    case noTrial(Int, count: Int)
    /// No trial is finished.
    case nothingFinished(count: Int)
    /// No trial has this value.
    case unknownValue(String, known: [String])
    /// The runs of folds have other classes.
    case otherClasses([String], expected: [String])
  }

  /// The facts.
  package let reason: Reason
  private let path: String

  package init(_ reason: Reason, path: String) {
    self.reason = reason
    self.path = path
  }

  /// The folder or file.
  public var place: ErrorPlace { ErrorPlace(file: path) }

  /// What is wrong.
  public var problem: String {
    switch reason {
    case .notASweep: "the folder has no sweep.toml, so it is not a sweep"
    case .otherSweep(let file): "the folder has a sweep of other settings (\(FileName.shown(file)))"
    case .otherTrials: "the trials are not those of sweep.toml"
    case .damaged(let problem): problem
    case .noTrial(let index, let count): "there is no trial \(index), only 0 to \(count - 1)"
    case .nothingFinished(let count): "none of the \(count) trials is finished"
    case .unknownValue(let name, _): "no finished trial has a value of \"\(name)\""
    case .otherClasses(let found, let expected):
      "the classes are \(found.joined(separator: ", ")), not \(expected.joined(separator: ", "))"
    }
  }

  /// The way out.
  public var remedy: String? {
    switch reason {
    case .notASweep: "make one with \"lightbox sweep plan FILE.toml --out SWEEP\""
    case .otherSweep: "choose another folder, or remove this one"
    case .otherTrials:
      "restore the file, or plan the sweep again in another folder"
    case .damaged: "restore the file, or plan the sweep again in another folder"
    case .noTrial: nil
    case .nothingFinished: "see \"lightbox sweep status\""
    case .unknownValue(let name, let known):
      NearestName.nearest(to: name, among: known).map { "did you mean \"\($0)\"?" }
        ?? "there are \(known.joined(separator: ", "))"
    case .otherClasses: "check that the folds have the same table"
    }
  }
}

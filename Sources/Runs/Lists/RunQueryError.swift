public import Files

/// A question about runs that has no answer.
public struct RunQueryError: LightboxError, Equatable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    /// No run has this column.
    case unknownColumn(String, known: [String])
    /// The runs monitor different values.
    case severalMonitors([String])
    /// No run has all of the conditions.
    case nothingLeft(count: Int)
    /// A file is not a table of predictions: the column that it lacks.
    case notPredictions(path: String, missing: String)
    /// A run has no epochs with the values that are to be drawn.
    case nothingToDraw(path: String, names: [String])
  }

  /// The facts.
  package let reason: Reason

  package init(_ reason: Reason) { self.reason = reason }

  /// The file or run.
  public var place: ErrorPlace {
    switch reason {
    case .notPredictions(let path, _), .nothingToDraw(let path, _): ErrorPlace(file: path)
    default: ErrorPlace()
    }
  }

  /// Why there is no answer.
  public var problem: String {
    switch reason {
    case .unknownColumn(let name, _): "no run has a value of \"\(name)\""
    case .severalMonitors(let names):
      names.isEmpty
        ? "no run can be read"
        : "the runs monitor different values: \(names.joined(separator: ", "))"
    case .nothingLeft(let count): "none of the \(count) runs meets the conditions"
    case .notPredictions(_, let name): "the table has no column \"\(name)\""
    case .nothingToDraw(_, let names):
      "the run has no values of \(names.joined(separator: ", "))"
    }
  }

  /// What to ask instead.
  public var remedy: String? {
    switch reason {
    case .unknownColumn(let name, let known):
      if let nearest = NearestName.nearest(to: name, among: known) {
        "did you mean \"\(nearest)\"?"
      } else if known.isEmpty {
        nil
      } else {
        "there are " + known.prefix(30).joined(separator: ", ") + (known.count > 30 ? ", …" : "")
      }
    case .severalMonitors(let names): names.isEmpty ? nil : "name one of them"
    case .nothingLeft: nil
    case .notPredictions: "write it with \"lightbox evaluate --predictions\""
    case .nothingToDraw: nil
    }
  }
}

import Files
import Logbook

/// Runs as a table for other programs: one row per run, per epoch or per training step.
package struct RunExport: Sendable {
  /// What a row is.
  package enum Rows: Sendable, Equatable {
    /// A run, with all settings and the results of its best and its last epoch.
    case runs
    /// An epoch of a run.
    case epochs
    /// A training step of a run.
    case steps
  }

  private let list: RunList
  private let rows: Rows
  private let valueNames: [String]
  private let fields: [[String: RunValue]]
  private let settings: [String]
  /// The names of the columns.
  package let columns: [String]

  private static let runColumns = [
    "run", "path", "status", "started", "finished", "seconds", "epochs", "steps", "tags",
    "best_epoch",
  ]

  /// Creates a table of the runs that can be read.
  package init(_ list: RunList, rows: Rows) {
    var list = list
    list.runs.removeAll { $0.summary == nil }
    self.list = list
    self.rows = rows
    valueNames = list.valueNames
    fields =
      rows == .runs
      ? list.runs.map { run in
        Dictionary(
          (run.fields).map { ($0.name, $0.value) },
          uniquingKeysWith: { a, _ in a })
      } : []
    settings = Set(fields.flatMap(\.keys)).subtracting(["tags"]).sorted()
    let own = ["run", "path"]
    switch rows {
    case .runs:
      columns =
        Self.runColumns + valueNames.map { "best_" + $0 } + valueNames.map { "last_" + $0 }
        + settings.map { Self.runColumns.contains($0) ? "plan." + $0 : $0 }
    case .epochs: columns = own + ["epoch", "is_best"] + valueNames + ["seconds"]
    case .steps: columns = own + ["step", "loss", "learning_rate"]
    }
  }

  /// Calls a function with the values of each row, in the order of the columns; nil is a missing value.
  ///
  /// - Returns: Why the steps of runs cannot be read.
  /// - Throws: What the function throws.
  package func forEachRow(
    _ body: ([RunValue?]) throws -> Void
  ) rethrows -> [any Error] {
    var errors: [any Error] = []
    for (place, run) in list.runs.enumerated() {
      let own: [RunValue?] = [.text(run.name), .text(run.path)]
      func results(_ epoch: RunLog.Epoch?) -> [RunValue?] {
        valueNames.map { epoch?.value(of: $0).map(RunValue.number) }
      }
      switch rows {
      case .runs:
        try body(
          Self.runColumns.map(run.ownValue) + results(run.bestEpoch) + results(run.epochs.last)
            + settings.map { fields[place][$0] })
      case .epochs:
        let best = run.bestEpoch?.epoch
        for epoch in run.epochs {
          try body(
            own + [.number(Double(epoch.epoch)), .flag(epoch.epoch == best)] + results(epoch)
              + [.number(epoch.seconds)])
        }
      case .steps:
        let steps: [RunLog.Step]
        do { steps = try run.summary?.steps() ?? [] } catch {
          errors.append(error)
          continue
        }
        for step in steps {
          let numbers = [step.loss, step.learningRate].map { number -> RunValue? in
            number.isFinite ? .number(number) : nil
          }
          try body(own + [.number(Double(step.step))] + numbers)
        }
      }
    }
    return errors
  }

  /// A row as a line of a CSV file; missing values are empty.
  package static func csv(_ row: [RunValue?]) -> String {
    CSVLine.text(row.map { $0?.text ?? "" })
  }

  /// A row as a JSON object on one line; missing values are null.
  package func json(_ row: [RunValue?]) -> String {
    let members = zip(columns, row).map { name, value in
      let text =
        switch value {
        case nil: "null"
        case .text(let text)?: JSONText.quoted(text)
        case let value?: value.text
        }
      return "\(JSONText.quoted(name)): \(text)"
    }
    return "{" + members.joined(separator: ", ") + "}"
  }
}

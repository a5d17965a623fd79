import Files
import Logbook

/// Runs side by side: the settings that differ, the best epochs, and stored predictions of the same items.
package struct RunComparison: Sendable {
  /// The settings or results of one name.
  package struct Row: Sendable, Equatable, Encodable {
    /// The name of the setting or metric.
    package let name: String
    /// The value of each run; nil if it has none.
    package let values: [RunValue?]
  }

  /// The runs.
  package let runs: [RunSummary.Listed]
  /// The settings with different values, sorted by name.
  package let settings: [Row]
  /// Losses and metrics of the best epoch of each.
  package let results: [Row]
  /// The first run's predictions against those of each other run, table by table.
  package let paired: [Pair]
  /// Why there is no paired comparison of runs; empty if there is one of all.
  package let unpaired: [String]

  /// A paired comparison of the first run with another.
  package struct Pair: Sendable, Equatable, Encodable {
    /// The other run's position.
    package let run: Int
    /// The comparison.
    package let comparison: StoredComparison
  }

  /// Compares runs.
  ///
  /// - Parameter runs: The runs, all of which can be read.
  /// - Precondition: There are two or more.
  package init(_ runs: [RunSummary.Listed]) {
    precondition(runs.count > 1, "\(runs.count) runs cannot be compared")
    self.runs = runs
    let fields = runs.map { run in
      Dictionary(
        (run.fields).map { ($0.name, $0.value) },
        uniquingKeysWith: { a, _ in a })
    }
    settings = Set(fields.flatMap(\.keys)).sorted().map { name in
      Row(name: name, values: fields.map { $0[name] })
    }.filter { row in row.values.contains { $0 != row.values[0] } }
    let best = runs.map(\.bestEpoch)
    let names = RunList(runs).valueNames
    results = names.map { name in
      Row(name: name, values: best.map { $0?.value(of: name).map(RunValue.number) })
    }
    (paired, unpaired) = Self.pairs(runs)
  }

  private static func pairs(_ runs: [RunSummary.Listed]) -> ([Pair], [String]) {
    var (found, missing): ([Pair], [String]) = ([], [])
    // Predictions of several labels or of numbers are not right or wrong as a whole.
    let others = runs.map { ($0.summary?.description.plan.data.target ?? .category) != .category }
    let files = zip(runs, others).map { run, isOther in
      isOther ? [] : StoredPredictions.files(ofRun: run.path)
    }
    for ((run, own), isOther) in zip(zip(runs, files), others) where own.isEmpty {
      missing.append(
        isOther
          ? "\(run.path) does not have one class per image, so its predictions are not compared"
          : "\(run.path) has no stored predictions")
    }
    var tables: [String: StoredPredictions] = [:]
    func table(_ path: String) throws -> StoredPredictions {
      if let known = tables[path] { return known }
      let table = try StoredPredictions(contentsOf: path)
      tables[path] = table
      return table
    }
    for other in runs.indices.dropFirst() where !files[0].isEmpty && !files[other].isEmpty {
      let common = files[0].filter(files[other].contains)
      if common.isEmpty {
        missing.append(
          "\(runs[0].path) and \(runs[other].path) have no predictions of one name ("
            + "\(files[0].joined(separator: ", ")); \(files[other].joined(separator: ", ")))")
      }
      for name in common {
        do {
          let a = try table("\(runs[0].path)/\(name)")
          let b = try table("\(runs[other].path)/\(name)")
          if let comparison = StoredComparison(table: name, a, b) {
            found.append(Pair(run: other, comparison: comparison))
          } else {
            missing.append(
              "\(name) of \(runs[0].path) and \(runs[other].path) has "
                + (a.vocab == b.vocab ? "no items in common" : "different classes"))
          }
        } catch {
          missing.append("\(error)")
        }
      }
    }
    return (found, missing)
  }
}

extension RunList {
  /// A list of runs that were read already.
  package init(_ runs: [RunSummary.Listed]) {
    self.runs = runs
    errors = runs.compactMap(\.error)
  }
}

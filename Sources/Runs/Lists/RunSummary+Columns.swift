import Files
import Foundation
package import Logbook
import Training

extension RunSummary.Listed {
  /// The columns that every run has, beside its losses, metrics and settings.
  package static let ownColumns = [
    "run", "path", "status", "architecture", "started", "finished", "seconds", "epochs", "steps",
    "best_epoch", "monitor", "tags",
  ]

  /// One of the columns that every run has; nil if it is not known.
  package func ownValue(of column: String) -> RunValue? {
    func number(_ value: Int?) -> RunValue? { value.map { .number(Double($0)) } }
    return switch column {
    case "run", "name": .text(name)
    case "path": .text(path)
    case "status": .text(status)
    case "architecture": architecture.map(RunValue.text)
    case "started": (summary?.processes.first?.startedAt).map(RunValue.text)
    case "finished": (summary?.processes.last?.finishedAt ?? nil).map(RunValue.text)
    case "seconds": summary.map { .number($0.epochs.reduce(0) { $0 + $1.seconds }) }
    case "epochs": number(summary?.epochs.count)
    case "steps": number(summary?.stepCount)
    case "best_epoch": number(bestEpoch?.epoch)
    case "monitor": (summary?.monitor).map(RunValue.text)
    case "tags": tags.isEmpty ? nil : .text(tags.joined(separator: " "))
    default: nil
    }
  }

  /// The value of a column: of the run itself, of its best epoch, or a setting; nil if it has none.
  ///
  /// A setting is found by its name in `RunDescription.fields`, by the last part of it if only one ends so, or by its
  /// name in `RunDescription.settings`; case, "-" and "_" make no difference.
  package func value(of column: String) -> RunValue? {
    if Self.ownColumns.contains(column) || column == "name" { return ownValue(of: column) }
    if let value = bestEpoch?.value(of: column) { return .number(value) }
    return setting(column)
  }

  private func setting(_ name: String) -> RunValue? {
    guard let summary else { return nil }
    let wanted = Self.plain(name.hasPrefix("plan.") ? String(name.dropFirst(5)) : name)
    if let found = fields.first(where: { Self.plain($0.name) == wanted }) { return found.value }
    let ends = fields.filter { Self.plain($0.name).hasSuffix("." + wanted) }
    if ends.count == 1 { return ends[0].value }
    let shown = summary.description.settings.first { Self.plain($0.name) == wanted }?.value
    return shown.map { text in Double(text).map(RunValue.number) ?? .text(text) }
  }

  private static func plain(_ name: String) -> String {
    name.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " }
  }

  /// The words that the run was given to be found by.
  package var tags: [String] {
    let found = fields.first { $0.name == "tags" || $0.name.hasSuffix(".tags") }?.value.text
    return found.map { $0.components(separatedBy: " | ") } ?? []
  }

  /// The names of all columns that the run has.
  package var columns: [String] {
    Self.ownColumns + Set(epochs.flatMap(\.valueNames)).sorted()
      + (summary?.description.settings.map(\.name) ?? [])
      + fields.map(\.name)
  }
}

extension RunList {
  /// Keeps the runs that have one of the values in each of the columns.
  ///
  /// - Throws: `RunQueryError` if no run has such a column.
  package mutating func filter(_ column: String, isOneOf values: [String]) throws(RunQueryError) {
    if values.isEmpty { return }
    if column == "tags" {
      runs.removeAll { run in !values.contains { run.tags.contains($0) } }
      return
    }
    try check(column)
    runs.removeAll { run in
      guard let found = run.value(of: column) else { return true }
      return !values.contains { found.isWritten($0) }
    }
  }

  /// Sorts the runs by a column: metrics with the best first, other columns ascending; what has no value comes last.
  ///
  /// - Parameters:
  ///   - column: The name of a column.
  ///   - isReversed: Whether the order is turned around; what has no value still comes last.
  /// - Throws: `RunQueryError` if no run has such a column.
  package mutating func sort(by column: String, isReversed: Bool = false) throws(RunQueryError) {
    try check(column)
    let isDescending =
      (isResult(column) && !TrackerCallback.prefersLess(column)) != isReversed
    let keyed = runs.map { ($0, $0.value(of: column)) }
    runs = keyed.enumerated().sorted { a, b in
      switch (a.element.1, b.element.1) {
      case (nil, nil): return a.offset < b.offset
      case (nil, _): return false
      case (_, nil): return true
      case (let x?, let y?):
        if RunValue.precedes(x, y) { return !isDescending }
        if RunValue.precedes(y, x) { return isDescending }
        return a.offset < b.offset
      }
    }.map(\.element.0)
  }

  /// Whether a column is a loss or metric.
  package func isResult(_ column: String) -> Bool {
    runs.contains { $0.epochs.contains { $0.value(of: column) != nil } }
  }

  /// - Throws: `RunQueryError` if no run has such a column.
  package func check(_ column: String) throws(RunQueryError) {
    if RunSummary.Listed.ownColumns.contains(column) || isResult(column) { return }
    if runs.contains(where: { $0.value(of: column) != nil }) { return }
    if runs.contains(where: { $0.columns.contains(column) }) { return }
    throw RunQueryError(
      .unknownColumn(column, known: Array(Set(runs.flatMap(\.columns))).sorted()))
  }

  /// Finds the run and epoch with the best value of all.
  ///
  /// - Parameters:
  ///   - name: "train_loss", "valid_loss" or the name of a metric. Default: what all runs monitor.
  ///   - prefersLess: Whether lower values are better. Default: by the name.
  /// - Returns: The run and its epoch.
  /// - Throws: `RunQueryError` if no run has the value, or if they monitor different ones.
  package func best(
    by name: String?, prefersLess: Bool? = nil
  ) throws(RunQueryError) -> BestRun {
    let monitors = Set(runs.compactMap { $0.summary?.monitor }).sorted()
    guard let name = name ?? (monitors.count == 1 ? monitors[0] : nil) else {
      throw RunQueryError(.severalMonitors(monitors))
    }
    let isLess = prefersLess ?? TrackerCallback.prefersLess(name)
    let found = runs.compactMap { run -> BestRun? in
      guard let epoch = run.summary?.bestEpoch(by: name, prefersLess: isLess),
        let value = epoch.value(of: name)
      else { return nil }
      return BestRun(run: run, epoch: epoch, name: name, value: value)
    }
    let sign = isLess ? 1.0 : -1
    guard let best = found.min(by: { sign * $0.value < sign * $1.value }) else {
      throw RunQueryError(.unknownColumn(name, known: valueNames))
    }
    return best
  }

  /// The best run and epoch.
  package struct BestRun: Sendable {
    /// The run.
    package let run: RunSummary.Listed
    /// The epoch.
    package let epoch: RunLog.Epoch
    /// The name of the value that was compared.
    package let name: String
    /// The value.
    package let value: Double
  }
}

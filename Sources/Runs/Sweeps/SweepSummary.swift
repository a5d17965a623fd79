import Files
import Logbook
package import Training

/// The settings of a sweep with the means of their trials, over seeds and folds.
package struct SweepSummary: Sendable {
  /// A value of the trials of a setting.
  package struct Mean: Sendable, Equatable, Encodable {
    /// The mean over the trials that have the value, and its t interval.
    package let estimate: Estimate
    /// The number of these trials.
    package let count: Int
  }

  /// A setting.
  package struct Row: Sendable, Encodable {
    /// Its number, from 0.
    package let setting: Int
    /// The keys that vary, with their values.
    package let values: [String: String]
    /// The number of its trials.
    package let trials: Int
    /// The number of those that are finished.
    package let finished: Int
    /// The losses and metrics of the best epochs.
    package let means: [String: Mean]
    /// The measures of the pooled out-of-fold predictions: the interval of the pooled estimate for one seed, else the
    /// mean over the seeds with its t interval; empty without folds, or if no seed has all folds.
    package let pooled: [String: Mean]
  }

  /// The settings.
  package private(set) var rows: [Row]
  /// The keys that vary.
  package let keys: [String]
  /// The names of the values.
  package let valueNames: [String]
  /// The names of the measures of pooled predictions.
  package let pooledNames: [String]
  /// How the intervals were computed, in words.
  package let method: String

  /// Summarizes the finished trials.
  ///
  /// - Parameters:
  ///   - status: The trials.
  ///   - pools: Whether to pool the predictions of folds, which takes longest.
  /// - Throws: `SweepError` if none is finished; what reading predictions of folds throws.
  package init(_ status: SweepStatus, pools: Bool = true) throws {
    let plan = status.sweep.plan
    guard status.count(.done) > 0 else {
      throw SweepError(.nothingFinished(count: plan.count), path: status.sweep.path)
    }
    let names = status.valueNames
    let bySetting = Dictionary(grouping: status.entries, by: \.trial.setting)
    var methods: [String] = []
    rows = try (0..<plan.settingCount).map { setting in
      let entries = bySetting[setting] ?? []
      var means: [String: Mean] = [:]
      for name in names {
        let values = entries.compactMap { $0.value(name) }
        if !values.isEmpty {
          let mean = StudentT.mean(values)
          means[name] = Mean(
            estimate: Metric.isShare(name) ? mean.clamped : mean, count: values.count)
        }
      }
      let (pooled, method) =
        !pools || plan.foldCount == nil ? ([:], nil) : try Self.pooled(entries, status.sweep)
      if let method, !methods.contains(method) { methods.append(method) }
      return Row(
        setting: setting,
        values: Dictionary(
          plan.values(ofSetting: setting).map { ($0.key, $0.value) },
          uniquingKeysWith: { a, _ in a }), trials: entries.count,
        finished: entries.count { $0.state == .done }, means: means, pooled: pooled)
    }
    keys = plan.keys
    valueNames = names
    pooledNames = Set(rows.flatMap(\.pooled.keys)).sorted()
    let pooledMethod =
      methods.isEmpty ? "" : ". Pooled out of fold: " + methods.joined(separator: "; ")
    method =
      "means over n finished trials at their best epochs, 95 % t intervals"
      + (plan.foldCount == nil
        ? "" : " (too narrow, since folds share training images)") + pooledMethod
  }

  /// The measures of the seeds whose folds are all finished.
  private static func pooled(
    _ entries: [SweepStatus.Entry], _ sweep: Sweep
  ) throws -> (measures: [String: Mean], method: String?) {
    let seeds = Dictionary(grouping: entries, by: { $0.trial.seed ?? 0 }).sorted { $0.key < $1.key }
    let complete = seeds.map(\.value).filter { $0.allSatisfy { $0.state == .done } }
    // Of several seeds only the values are used.
    let bootstrap = complete.count > 1 ? Bootstrap(resamples: 1) : Bootstrap()
    let found = try complete.map { entries in
      try PooledPredictions(
        ofRuns: entries.map { sweep.folder($0.trial.index) }, bootstrap: bootstrap)
    }
    guard let first = found.first else { return ([:], nil) }
    var measures: [String: Mean] = [:]
    for (place, measure) in first.measures.enumerated() {
      measures[measure.name] = Mean(
        estimate: found.count == 1
          ? measure.pooled
          : StudentT.mean(found.compactMap { $0.measures[place].pooled.value }).clamped,
        count: found.count)
    }
    return (
      measures,
      found.count == 1 ? first.method : "means over the seeds with all folds, 95 % t intervals"
    )
  }

  /// Sorts the settings by a mean, the best first; those without one come last.
  ///
  /// - Throws: `SweepError` if no setting has the value.
  package mutating func sort(by name: String, prefersLess: Bool? = nil, in path: String)
    throws(SweepError)
  {
    try check(name, in: path)
    let sign = prefersLess ?? TrackerCallback.prefersLess(name) ? 1.0 : -1
    func key(_ row: Row) -> Double {
      row.means[name]?.estimate.value.map { sign * $0 } ?? .infinity
    }
    rows = rows.enumerated().sorted { (key($0.element), $0.offset) < (key($1.element), $1.offset) }
      .map(\.element)
  }

  func check(_ name: String, in path: String) throws(SweepError) {
    guard valueNames.contains(name) else {
      throw SweepError(.unknownValue(name, known: valueNames), path: path)
    }
  }
}

extension SweepSummary {
  /// The best setting of a sweep, and its best trial.
  package struct Best: Sendable {
    /// The setting with the best mean.
    package let row: Row
    /// The trial with the best value of this setting.
    package let entry: SweepStatus.Entry
    /// The name of the value.
    package let name: String
    /// The value of the trial.
    package let value: Double
    /// The mean of the setting.
    package let mean: Mean
  }

  /// Finds the setting with the best mean, and its best trial.
  ///
  /// If the trials of some settings are all finished, only such settings are compared.
  ///
  /// - Parameters:
  ///   - name: A loss or metric. Default: what the trials monitor.
  ///   - prefersLess: Whether lower values are better. Default: by the name.
  ///   - status: The status that the summary was made of.
  /// - Returns: The setting and the trial.
  /// - Throws: `SweepError` if no trial has the value, `RunQueryError` if the trials monitor different ones.
  package func best(
    by name: String?, prefersLess: Bool? = nil, of status: SweepStatus
  ) throws -> Best {
    guard let name = name ?? status.monitor else {
      throw RunQueryError(
        .severalMonitors(Set(status.entries.compactMap { $0.run?.summary?.monitor }).sorted()))
    }
    try check(name, in: status.sweep.path)
    let sign = prefersLess ?? TrackerCallback.prefersLess(name) ? 1.0 : -1
    let known = rows.filter { $0.means[name]?.estimate.value != nil }
    let complete = known.filter { $0.finished == $0.trials }
    let row = (complete.isEmpty ? known : complete).min { a, b in
      sign * (a.means[name]?.estimate.value ?? 0) < sign * (b.means[name]?.estimate.value ?? 0)
    }
    let entries = status.entries.filter { $0.trial.setting == row?.setting }
    let entry = entries.filter { $0.value(name) != nil }.min { a, b in
      sign * (a.value(name) ?? 0) < sign * (b.value(name) ?? 0)
    }
    guard let row, let entry, let value = entry.value(name), let mean = row.means[name] else {
      throw SweepError(.unknownValue(name, known: valueNames), path: status.sweep.path)
    }
    return Best(row: row, entry: entry, name: name, value: value, mean: mean)
  }
}

extension Estimate {
  /// The estimate of a share: an interval within 0...1.
  fileprivate var clamped: Estimate {
    Estimate(
      value, interval.map { ConfidenceInterval(low: max($0.low, 0), high: min($0.high, 1)) })
  }
}

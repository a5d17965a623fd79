import Files
import Foundation
package import Settings
import Tensors

/// A settings file with a table `[sweep]`: the trials that it stands for.
///
/// Trials are in the order of the settings, then of the seeds, then of the folds.
package struct SweepPlan: Sendable {
  /// The most trials of a sweep.
  static let limit = 100_000

  /// A training run of a sweep.
  package struct Trial: Sendable, Equatable {
    /// The number, from 0.
    package let index: Int
    /// The number of the setting, from 0: trials of one setting differ in seed and fold.
    package let setting: Int
    /// The seed; nil: the file's.
    package let seed: UInt64?
    /// The fold; nil: no folds.
    package let fold: Int?
  }

  /// The file, whose folder relative paths are relative to.
  let file: String
  let root: TOMLTable
  let settings: SweepSettings
  let axes: [SweepAxis]
  /// The values of each axis, one row per setting.
  let points: [[TOMLNode]]
  /// The seeds; nil: only the file's.
  let seeds: [UInt64]?

  /// The keys of the settings that vary, dotted.
  package var keys: [String] { axes.map { $0.path.joined(separator: ".") } }
  /// The number of settings.
  package var settingCount: Int { points.count }
  /// The number of seeds.
  package var seedCount: Int { seeds?.count ?? 1 }
  /// The number of folds; nil: none.
  package var foldCount: Int? { settings.folds }
  /// The number of trials.
  package var count: Int { points.count * seedCount * (foldCount ?? 1) }

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - text: Its content.
  ///   - name: Its name in messages.
  ///   - path: The path that relative paths are relative to.
  /// - Throws: `SettingsError` with all that is wrong with `[sweep]`.
  init(_ text: [UInt8], named name: String, at path: String) throws(SettingsError) {
    var (root, problems) = TOMLParser.parse(text, file: name)
    guard problems.isEmpty else { throw SettingsError(problems) }
    file = path
    let (key, valuesKey) = (SweepSettings.key, SweepSettings.valuesKey)
    var reader = SettingsReader(
      known: TrainingPlan.knownKeys + SweepSettings.knownKeys,
      aliases: TrainingPlan.keyAliases.merging(SweepSettings.keyAliases) { a, _ in a })
    guard root[key] != nil else {
      throw SettingsError([
        SettingsProblem(
          at: .file(name, line: 1),
          .missing(key: key, remedy: "add [sweep] with method, seeds or folds, and [sweep.values]"))
      ])
    }
    var settings = SweepSettings()
    var found = SweepReader()
    if let table = reader.section([key], of: root) {
      settings = reader.read(settings, from: table, at: [key], ignoring: [valuesKey])
      if let values = reader.section([key, valuesKey], of: root) { found.read(values, &reader) }
    }
    let whole = root
    func origin(_ name: String?) -> SettingsOrigin {
      whole.node(at: [key] + (name.map { [$0] } ?? []))?.origin ?? .none
    }
    if found.axes.isEmpty, settings.seeds == nil, settings.folds == nil, reader.problems.isEmpty {
      reader.record(
        .missing(
          key: "\(key).\(valuesKey)",
          remedy: "there is nothing to vary: give values, seeds or folds"),
        at: origin(root.node(at: [key, valuesKey]) == nil ? nil : valuesKey))
    }
    if settings.method == .grid, settings.trials != nil {
      reader.record(
        .invalid(
          key: "\(key).trials", problem: "a grid has one trial for each combination of values",
          remedy: "remove it, or use method = \"random\""), at: origin("trials"))
    }
    for axis in found.axes {
      let path = axis.path.joined(separator: ".")
      if settings.method == .grid, axis.all == nil {
        reader.record(
          .invalid(
            key: path, problem: "a grid needs a number of values",
            remedy: "add count = 5 to the range, or use method = \"random\""), at: axis.origin)
      }
      let isOwn =
        ["run", "run.seed"].contains(path) && settings.seeds != nil
        || ["data", "data.fold", "data.folds"].contains(path) && settings.folds != nil
      if isOwn {
        reader.record(
          .invalid(
            key: path, problem: "sweep.\(path.hasPrefix("run") ? "seeds" : "folds") varies it",
            remedy: "give one of them"), at: axis.origin)
      }
    }
    guard reader.problems.isEmpty else { throw SettingsError(reader.problems) }

    root[key] = nil
    let first =
      (root.node(at: ["run", "seed"])).flatMap { UInt64($0) } ?? TrainingPlan().seed
    seeds = settings.seeds?.seeds(from: first)
    self.root = root
    self.settings = settings
    axes = found.axes
    let others = (seeds?.count ?? 1) * (settings.folds ?? 1)
    switch Self.points(axes, settings, seed: first, others: others) {
    case .success(let points): self.points = points
    case .failure(let fault):
      throw SettingsError([
        SettingsProblem(at: origin(fault.isOfTrials ? "trials" : nil), fault.reason)
      ])
    }
  }

  private struct CountFault: Error {
    let reason: SettingsProblem.Reason
    let isOfTrials: Bool
  }

  private static func points(
    _ axes: [SweepAxis], _ settings: SweepSettings, seed: UInt64, others: Int
  ) -> Result<[[TOMLNode]], CountFault> {
    // The number of combinations; nil: any number, or more than there can be trials.
    var combinations: Int? = 1
    for axis in axes {
      guard let known = combinations, let count = axis.valueCount else {
        combinations = nil
        break
      }
      let (product, overflows) = known.multipliedReportingOverflow(by: count)
      combinations = overflows ? nil : product
    }
    let isGrid = settings.method == .grid
    let wanted = isGrid ? combinations : settings.trials ?? SweepSettings.defaultTrials
    guard let wanted, wanted <= limit / others else {
      let number = wanted.map { $0.multipliedReportingOverflow(by: others) }
      let words = number.flatMap { $0.overflow ? nil : "\($0.partialValue)" } ?? "more than 2^63"
      return .failure(
        CountFault(
          reason: .invalid(
            key: SweepSettings.key, problem: "there are \(words) trials, more than \(limit)",
            remedy: "use fewer values, seeds or folds, or method = \"random\""), isOfTrials: false))
    }
    if isGrid {
      return .success(
        axes.reduce([[]]) { points, axis in
          points.flatMap { point in (axis.all ?? []).map { point + [$0] } }
        })
    }
    if let combinations, wanted > combinations {
      return .failure(
        CountFault(
          reason: .invalid(
            key: "\(SweepSettings.key).trials",
            problem: "it is \(wanted), but there are \(combinations) combinations of values",
            remedy: "use method = \"grid\", or trials = \(combinations)"), isOfTrials: true))
    }
    return .success(draws(axes, wanted, seed: seed, isFinite: combinations != nil))
  }

  /// Values at random, each combination once.
  private static func draws(
    _ axes: [SweepAxis], _ count: Int, seed: UInt64, isFinite: Bool
  ) -> [[TOMLNode]] {
    var points: [[TOMLNode]] = []
    var seen: Set<String> = []
    for trial in 0..<count {
      var attempt: UInt64 = 0
      while true {
        let point = axes.map { axis in
          var random = RandomSource(seed: seed, axis.stream, UInt64(trial), attempt)
          return axis.draw(&random)
        }
        attempt += 1
        let key = point.map { TOMLText.value($0.value) }.joined(separator: "\n")
        // A range of few numbers of six digits may be used up.
        if seen.insert(key).inserted || !isFinite && attempt > 100 {
          points.append(point)
          break
        }
      }
    }
    return points
  }

  /// A trial.
  ///
  /// - Precondition: There is such a trial.
  package func trial(_ index: Int) -> Trial {
    precondition((0..<count).contains(index), "trial \(index) of \(count)")
    let folds = foldCount ?? 1
    return Trial(
      index: index, setting: index / (seedCount * folds),
      seed: seeds.map { $0[index / folds % $0.count] }, fold: foldCount.map { index % $0 })
  }

  /// The name of a trial's folder: "trial-017".
  package func folder(_ index: Int) -> String {
    let digits = max("\(count - 1)".count, 3)
    let number = "\(index)"
    return "trial-" + String(repeating: "0", count: digits - number.count) + number
  }

  /// What makes up a trial: the keys that vary, seed and fold, with their values as text.
  package func values(_ trial: Trial) -> [(key: String, value: String)] {
    values(ofSetting: trial.setting) + (trial.seed.map { [("run.seed", "\($0)")] } ?? [])
      + (trial.fold.map { [("data.fold", "\($0)")] } ?? [])
  }

  /// The values of the keys that vary in a setting.
  package func values(ofSetting setting: Int) -> [(key: String, value: String)] {
    zip(keys, points[setting]).map { ($0, SweepAxis.text($1.value)) }
  }

  /// The plan of a trial.
  ///
  /// - Throws: `SettingsError` with all that is wrong.
  package func plan(_ trial: Trial) throws(SettingsError) -> TrainingPlan {
    var overrides = zip(axes, points[trial.setting]).flatMap { $0.overrides($1) }
    if let seed = trial.seed {
      overrides.append(
        SettingsOverride(path: ["run", "seed"], node: TOMLNode(.integer(Int128(seed)))))
    }
    if let fold = trial.fold, let folds = foldCount {
      overrides.append(
        SettingsOverride(path: ["data", "folds"], node: TOMLNode(.integer(Int128(folds)))))
      overrides.append(
        SettingsOverride(path: ["data", "fold"], node: TOMLNode(.integer(Int128(fold)))))
    }
    return try TrainingPlan(root, of: file, overrides: overrides)
  }

  /// `trials.csv`: index, folder, and the values of each trial.
  var table: String {
    let columns =
      keys + (seeds == nil ? [] : ["run.seed"]) + (foldCount == nil ? [] : ["data.fold"])
    var text = CSVLine.text(["index", "run"] + columns)
    for index in 0..<count {
      text += CSVLine.text(
        ["\(index)", folder(index)] + values(trial(index)).map(\.value))
    }
    return text
  }
}

import DataBlocks
import Files
import Models
import Settings

extension SweepPlan {
  private static let shownProblems = 100
  private static let readTables = 8

  /// Checks the plan of every trial, and that the tables can be read and divided into folds.
  ///
  /// Trials of one setting differ in seed and fold only, so the first of each is checked.
  ///
  /// - Throws: `SettingsError` with all that is wrong, `DataError` of a table.
  func check(among known: [Architecture]) throws {
    var problems: [SettingsProblem] = []
    func record(_ problem: SettingsProblem) {
      if !problems.contains(problem) { problems.append(problem) }
    }
    var tables: [TrainingPlan] = []
    for setting in points.indices where problems.count < Self.shownProblems {
      let trial = trial(setting * seedCount * (foldCount ?? 1))
      let plan: TrainingPlan
      do throws(SettingsError) {
        plan = try self.plan(trial)
        try checkArchitecture(plan, trial, known)
        try checkFold(plan, trial)
      } catch {
        error.problems.forEach(record)
        continue
      }
      let isNew = !tables.contains { other in
        other.table == plan.table && other.data.folds == plan.data.folds
          && other.data.allowsSharedPatients == plan.data.allowsSharedPatients
          && other.unreadable == plan.unreadable && other.data.split == plan.data.split
          && other.data.target == plan.data.target
      }
      if isNew, tables.count < Self.readTables { tables.append(plan) }
    }
    guard problems.isEmpty else { throw SettingsError(problems) }
    for plan in tables { _ = try plan.split(try plan.readItems()) }
  }

  /// Where a setting of a trial is given: the value of the sweep, else the file.
  private func origin(_ key: String, _ trial: Trial) -> SettingsOrigin {
    let path = key.split(separator: ".").map(String.init)
    for (axis, node) in zip(axes, points[trial.setting])
    where axis.overrides(node).contains(where: { $0.path == path }) {
      return node.origin
    }
    return root.node(at: path)?.origin ?? .none
  }

  private func checkArchitecture(
    _ plan: TrainingPlan, _ trial: Trial, _ known: [Architecture]
  ) throws(SettingsError) {
    let key = "model.arch"
    do {
      _ = try Architecture.named(plan.architecture, among: known)
    } catch {
      throw SettingsError([
        SettingsProblem(
          at: origin(key, trial),
          .invalid(key: key, problem: error.problem, remedy: error.remedy))
      ])
    }
  }

  private func checkFold(_ plan: TrainingPlan, _ trial: Trial) throws(SettingsError) {
    guard plan.data.folds != nil, plan.data.fold == nil else { return }
    let key = "data.folds"
    throw SettingsError([
      SettingsProblem(
        at: origin(key, trial),
        .invalid(
          key: key, problem: "a trial is one run, and data.fold does not say which fold",
          remedy: "use folds of [sweep] in its place"))
    ])
  }
}

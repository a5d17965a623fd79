import DataBlocks
public import Files
import Foundation
public import Logbook
public import Models
public import Training

/// K-fold cross-validation: one run per fold, and the predictions of all items by the models that were not trained on
/// them.
///
///     var plan = TrainingPlan(table: LabelTable("films/labels.csv", folder: "films"), imageSize: 160)
///     plan.data.folds = 5
///     let pooled = try CrossValidation(plan).run(in: "cv")
///     print(pooled.measures[0].pooled)
///
/// The folds are by patient and stratified by class (`StratifiedGroupKFold`).
public struct CrossValidation: Sendable {
  /// The plan of all runs; `data.folds` is their number.
  public let plan: TrainingPlan

  /// Creates a cross-validation.
  ///
  /// - Precondition: `plan.data.folds` is set, and `plan.data.fold` is not.
  public init(_ plan: TrainingPlan) {
    precondition(
      plan.data.folds != nil && plan.data.fold == nil,
      "data.folds is \(plan.data.folds.map(String.init) ?? "nil") and data.fold \(plan.data.fold.map(String.init) ?? "nil")"
    )
    self.plan = plan
  }

  /// The plan of a fold.
  public func plan(ofFold fold: Int) -> TrainingPlan {
    var plan = plan
    plan.data.fold = fold
    return plan
  }

  /// Trains the folds one after another into `fold0`, `fold1`, … of a folder, and pools their predictions in
  /// `predictions.csv`.
  ///
  /// The same call again skips folds that are finished and continues one that was interrupted or killed.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - known: The architectures to look the plan's up in. Add your own.
  ///   - callbacks: Makes more callbacks for each run, such as `ProgressCallback`.
  ///   - cancellation: Interrupts the run of a fold from another thread.
  ///   - report: Receives the tables of epochs, line by line.
  ///   - notify: Receives the fold, and the events of its run; `.finished` if it was finished before.
  /// - Returns: The pooled predictions with their measures.
  /// - Throws: What `TrainingPlan.run(in:)` throws; `RunError` if the folder has runs with other settings.
  public func run(
    in path: String, among known: [Architecture] = Architecture.all,
    callbacks: () -> [any Callback] = { [] }, cancellation: CancelFitCallback? = nil,
    report: @escaping (String) -> Void = { print($0) },
    notify: (_ fold: Int, RunEvent) -> Void = { _, _ in }
  ) throws -> PooledPredictions {
    // Folds are stratified by class, and numbers or several labels have no classes to share out.
    guard plan.data.target == .category else {
      throw PlanError(.target("folds", needs: "one class per image", plan.data.target))
    }
    if RunFolder.hasSettings(path) { throw RunError(.folderNotEmpty, path: path) }
    let initial = ProcessCompute()
    let folders = (0..<(plan.data.folds ?? 0)).map { "\(path)/fold\($0)" }
    for (fold, folder) in folders.enumerated() {
      initial.restore()
      let plan = plan(ofFold: fold)
      if try plan.isFinished(in: folder) {
        notify(fold, .finished(path: folder))
      } else {
        _ = try plan.run(
          in: folder, among: known, callbacks: callbacks(), cancellation: cancellation,
          report: report, notify: { notify(fold, $0) })
      }
      try FoldPredictions.write(ofRun: folder, among: known)
    }
    let pooled = try PooledPredictions(ofRuns: folders)
    try AtomicFile.write(pooled.text, to: "\(path)/\(FoldPredictions.fileName)")
    return pooled
  }
}

extension TrainingPlan {
  /// Whether a folder has a finished run of this plan.
  ///
  /// - Throws: `RunError` if it is finished and has other settings, or cannot be read.
  func isFinished(in path: String) throws -> Bool {
    guard RunFolder.hasSettings(path) else { return false }
    let folder = try RunFolder(opening: path)
    guard try RunLog.statusOfRun(folder) == "finished", !folder.isInUse else { return false }
    let run = try RunDescription.read(folder).plan
    let differences = run.differences(from: completed(from: run))
    guard differences.isEmpty else {
      throw RunError(.settingsDiffer(differences.map(\.words)), path: path)
    }
    return true
  }
}

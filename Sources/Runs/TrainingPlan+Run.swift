public import DataBlocks
import Files
import Foundation
public import Logbook
public import Models
import Tensors
public import Training
public import Vision

/// A finished training run.
public struct TrainingResult {
  /// The folder of the run.
  public let folder: RunFolder
  /// The learner with the best weights.
  public let learner: VisionLearner
  /// Files that could not be read, with the reasons.
  public let skipped: [DataError]
  /// The duration of the training.
  public let seconds: Double
  /// Training images seen, over all epochs, without those that were skipped.
  public let imagesSeen: Int
}

/// Progress of a run, for messages.
public enum RunEvent: Sendable, Equatable {
  /// The table was read, from these columns.
  case columns(TableColumns)
  /// Something about the data is odd.
  case warning(DataWarning)
  /// Weights were loaded: the number of tensors taken, and the names left out.
  case weightsLoaded(path: String, taken: Int, left: [String])
  /// The file of weights has several networks, of which only this one fits the model.
  case networkChosen(String, others: [String])
  /// The filters of the first convolution were adapted to another number of input channels.
  case filtersAdapted(name: String, from: Int, to: Int)
  /// Training begins.
  case started(RunDescription)
  /// A run continues after so many training steps, in an epoch, from 0.
  case resumed(steps: Int, epoch: Int)
  /// Something would make training faster on this machine, as it was measured.
  case advice(String)
  /// The run failed, but can be continued from its last state, or from its first step if it has none.
  case canContinue(path: String)
  /// A file could not be read and was left out.
  case skipped(DataError)
  /// A run of several was finished before.
  case finished(path: String)
}

extension TrainingPlan {
  /// Trains, records each epoch in a run folder, and keeps the best and the last weights there.
  ///
  /// A run of the same plan in the folder that was interrupted or killed continues, and ends with the same bits as one
  /// that was not.
  ///
  /// - Parameters:
  ///   - path: The folder to create.
  ///   - known: The architectures to look the plan's up in. Add your own.
  ///   - callbacks: More callbacks, such as `ProgressCallback`.
  ///   - cancellation: Interrupts the run from another thread.
  ///   - report: Receives the table of epochs, line by line.
  ///   - notify: Receives events.
  /// - Returns: The learner with the best weights, and what was recorded.
  /// - Throws: `PlanError`, `DataError`, `RunError`, `FileError` and the errors of weights. A run that fails before its
  ///   first checkpoint leaves no folder, unless its loss or gradients are not finite. One that is interrupted keeps it.
  public func run(
    in path: String, among known: [Architecture] = Architecture.all, callbacks: [any Callback] = [],
    cancellation: CancelFitCallback? = nil, report: @escaping (String) -> Void = { print($0) },
    notify: (RunEvent) -> Void = { _ in }
  ) throws -> TrainingResult {
    let options = RunSession.Options(
      known: known, callbacks: callbacks, cancellation: cancellation,
      report: report)
    let session =
      try RunSession(continuing: path, with: self, options, notify: notify)
      ?? RunSession(creating: path, self, options, notify: notify)
    return try session.train(notify: notify)
  }

  /// Continues a run that was interrupted or killed, with its own settings.
  ///
  /// - Parameters:
  ///   - path: The folder of the run.
  ///   - plan: Settings that the run must have; nil: whatever it has.
  ///   - known: The architectures to look the plan's up in. Add your own.
  ///   - callbacks: More callbacks, the same as before.
  ///   - cancellation: Interrupts the run from another thread.
  ///   - report: Receives the table of epochs, line by line.
  ///   - notify: Receives events.
  /// - Returns: The learner with the best weights, and what was recorded.
  /// - Throws: `RunError` if there is no such run, if it is finished, or if its settings or its data differ, and what
  ///   `run(in:)` throws.
  public static func resume(
    _ path: String, expecting plan: TrainingPlan? = nil,
    among known: [Architecture] = Architecture.all, callbacks: [any Callback] = [],
    cancellation: CancelFitCallback? = nil, report: @escaping (String) -> Void = { print($0) },
    notify: (RunEvent) -> Void = { _ in }
  ) throws -> TrainingResult {
    let options = RunSession.Options(
      known: known, callbacks: callbacks, cancellation: cancellation,
      report: report)
    _ = try RunFolder(opening: path)
    guard let session = try RunSession(continuing: path, with: plan, options, notify: notify) else {
      throw RunError(.notARun, path: path)
    }
    return try session.train(notify: notify)
  }

  /// The plan with the defaults that depend on other settings or on this process filled in.
  var resolved: TrainingPlan {
    var plan = withResolvedDefaults
    plan.compute.threads = compute.threads ?? Compute.threads
    plan.compute.convolution = Compute.convolution
    return plan
  }

  /// The plan with what it leaves open taken from the plan of a run.
  func completed(from run: TrainingPlan) -> TrainingPlan {
    var plan = withResolvedDefaults
    plan.data = data.completed(from: run.data)
    plan.image = image.completed(from: run.image)
    // The same file by another name, as run.toml has absolute paths.
    func isSame(_ a: String, _ b: String) -> Bool {
      SplitRecord.absolute(a) == SplitRecord.absolute(b)
    }
    if isSame(data.table.folder, run.data.table.folder) {
      plan.data.table.folder = run.data.table.folder
    }
    if let path = data.table.source.tablePath, let other = run.data.table.source.tablePath,
      isSame(path, other)
    {
      plan.data.table.source = .table(other)
    }
    if let weights, let other = run.weights, isSame(weights, other) { plan.weights = other }
    plan.compute.threads = compute.threads ?? run.compute.threads
    plan.compute.convolution = compute.convolution ?? run.compute.convolution
    return plan
  }
}

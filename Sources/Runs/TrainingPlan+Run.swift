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
  /// A file could not be read and was left out.
  case skipped(DataError)
}

extension TrainingPlan {
  /// Trains, records each epoch in a run folder, and keeps the best and the last weights there.
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
    in path: String, among known: [Architecture] = Architecture.all,
    callbacks: [any Callback] = [], cancellation: CancelFitCallback? = nil,
    report: @escaping (String) -> Void = { print($0) }, notify: (RunEvent) -> Void = { _ in }
  ) throws -> TrainingResult {
    let prepared = try prepare(among: known, notify: notify)
    let learner = prepared.learner
    for event in prepared.weightsEvents { notify(event) }
    cancellation?.begin()
    defer { cancellation?.end() }
    let folder = try RunFolder(creating: path)
    defer { folder.release() }
    let description = RunDescription(
      plan: resolved, vocab: prepared.loaders.vocab, data: prepared.data)
    let log: RunLog
    do {
      try folder.writeSettings(description)
      try folder.writeTOML(description.plan.toml())
      try SplitRecord.write(prepared.items, to: path)
      folder.metadata = try metadata(description, run: path)
      log = try RunLog(writing: folder.databasePath)
      try log.begin(command: "train", version: lightboxVersion)
      for warning in prepared.items.warnings { try log.event("warning", "\(warning)") }
      // At once, so that it is recorded if the process does not reach the end of the batch.
      cancellation?.observe { [log] _ in try? log.end(status: "interrupted") }
    } catch {
      folder.removeContent()
      throw error
    }
    let started = ContinuousClock.now
    let validation = ValidationCheck()
    do {
      learner.checkpoints = folder
      learner.report = report
      let callbacks: [any Callback] =
        callbacks + [
          SaveModelCallback(monitor: monitor, name: "best", resetsOnFit: false),
          LogbookCallback(folder, log),
        ] + (cancellation.map { [$0] } ?? []) + (onBadGradient == .stop ? [validation] : [])
      learner.add(callbacks)
      // The learner is returned; without its callbacks the database is closed.
      defer { learner.remove(callbacks) }
      notify(.started(description))
      try fit(learner)
      if let message = prepared.gradientCheck.ending ?? validation.ending {
        throw PlanError(.notFinite(message))
      }
      if learner.fitWasCanceled, let reason = cancellation?.reason {
        throw PlanError(
          .interrupted(
            reason: reason, epochs: learner.recorder.rows.count,
            checkpoint: folder.hasCheckpoint("last") ? folder.checkpointPath("last") : nil))
      }
      if learner.totalSteps == 0 {
        throw DataError(.noItems("training: no batch could be read"), path: table.path)
      }
    } catch let error as PlanError where error.isInterruption {
      try? log.event("interrupted", error.problem)
      try? log.end(status: "interrupted")
      throw error
    } catch {
      let error = prepared.loaders.listingUnreadable(error)
      try? log.event("error", "\(error)")
      try? log.end(status: "failed")
      // Without a trained checkpoint there is nothing to keep but the reason of a model that diverged.
      if folder.checkpoints.isEmpty || learner.totalSteps == 0,
        (error as? PlanError)?.isNotFinite != true
      {
        folder.removeContent()
      }
      throw error
    }
    cancellation?.end()
    try log.end(status: "finished")
    let seconds = (ContinuousClock.now - started) / .seconds(1)
    prepared.loaders.train.readRest()
    let skipped = prepared.loaders.train.skipped + (prepared.loaders.valid?.skipped ?? [])
    for error in skipped {
      try log.event("skipped", "\(error)")
      notify(.skipped(error))
    }
    return TrainingResult(
      folder: folder, learner: learner, skipped: skipped, seconds: seconds,
      imagesSeen: prepared.loaders.train.deliveredItems)
  }

  /// The plan with the defaults that depend on other settings or on this process filled in.
  private var resolved: TrainingPlan {
    var plan = withResolvedSchedule
    plan.compute.threads = Compute.threads
    plan.compute.convolution = Compute.convolution
    return plan
  }

  /// What each checkpoint says of itself.
  private func metadata(_ description: RunDescription, run: String) throws -> [String: String] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return [
      "architecture": architecture, "classes": description.vocab.joined(separator: "\n"),
      "pipeline": String(decoding: try encoder.encode(pipeline), as: UTF8.self),
      "run": (run as NSString).lastPathComponent,
    ]
  }
}

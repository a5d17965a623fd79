import DataBlocks
import Files
import Foundation
import Logbook
import Models
import Training
import Vision

/// A run in its folder, new or continued, until its end.
struct RunSession {
  /// What a caller chooses beside the plan.
  struct Options {
    let known: [Architecture]
    let callbacks: [any Callback]
    let cancellation: CancelFitCallback?
    let report: (String) -> Void
  }

  private let plan: TrainingPlan
  private let options: Options
  private let folder: RunFolder
  private let log: RunLog
  private let prepared: TrainingPlan.Prepared
  private let description: RunDescription
  /// The state that the run continues from; nil if it starts at its beginning.
  private let state: TrainingState?
  private let isContinued: Bool

  /// Creates the folder of a new run.
  init(
    creating path: String, _ plan: TrainingPlan, _ options: Options, notify: (RunEvent) -> Void
  ) throws {
    (self.plan, self.options) = (plan, options)
    (state, isContinued) = (nil, false)
    prepared = try plan.prepare(among: options.known, folder: path, notify: notify)
    for event in prepared.weightsEvents { notify(event) }
    if prepared.items.summary.patientSource != nil, let warning = PatientPseudonyms().warning {
      notify(.warning(warning))
    }
    options.cancellation?.begin()
    do {
      folder = try RunFolder(creating: path)
    } catch {
      options.cancellation?.end()
      throw error
    }
    var resolved = plan.resolved
    resolved.data = prepared.settings
    resolved.record(prepared.loaders.pipeline)
    description = RunDescription(
      plan: resolved, vocab: prepared.loaders.vocab, data: prepared.data)
    do {
      try folder.writeSettings(description)
      try folder.writeTOML(description.plan.toml())
      try SplitRecord.write(prepared.items, to: path)
      folder.metadata = try Self.metadata(description, run: path, streams: prepared.streams)
      log = try RunLog(writing: folder.databasePath)
      try log.begin(command: "train", version: lightboxVersion, process: .current)
      for warning in prepared.items.warnings { try log.event("warning", "\(warning)") }
    } catch {
      folder.removeContent()
      options.cancellation?.end()
      throw error
    }
  }

  /// Opens the folder of a run that was interrupted or killed; nil if a plan is given and there is no such run.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - plan: The plan to compare the run's with; nil to take the run's.
  ///   - options: What a caller chooses beside the plan.
  ///   - notify: Receives events.
  /// - Throws: `RunError`, and what `prepare` throws.
  init?(
    continuing path: String, with plan: TrainingPlan?, _ options: Options,
    notify: (RunEvent) -> Void
  ) throws {
    guard plan == nil || RunFolder.hasSettings(path) else { return nil }
    let folder = try RunFolder(opening: path)
    if plan != nil, folder.isUnused { return nil }
    try folder.takeLock()
    let description: RunDescription
    var ownPlan: TrainingPlan
    do {
      description = try RunDescription.read(folder)
      ownPlan = description.plan(in: folder)
      let status = try RunLog.statusOfRun(folder)
      if status == "finished" {
        // The process may have been killed before it removed the state.
        folder.removeState()
        throw RunError(.finished, path: path)
      }
      if let plan {
        let differences = ownPlan.differences(from: plan.completed(from: ownPlan)).filter {
          !Self.freeSettings.contains($0.key)
        }
        guard differences.isEmpty else {
          throw RunError(.settingsDiffer(differences.map(\.words)), path: path)
        }
        ownPlan.data.cache = plan.data.cache
        ownPlan.compute.workers = plan.compute.workers
      }
    } catch {
      folder.release()
      throw error
    }
    self.folder = folder
    self.description = description
    self.plan = ownPlan
    self.options = options
    isContinued = true
    options.cancellation?.begin()
    do {
      let saved = folder.hasState ? try TrainingStateFile(contentsOf: folder.statePath) : nil
      prepared = try ownPlan.prepare(
        among: options.known, folder: path, continuing: saved?.streams, notify: notify)
      try Self.check(prepared, against: description, in: path)
      state = try saved?.state(for: prepared.learner)
      let hasLog = FileName.exists(folder.databasePath)
      folder.metadata = try Self.metadata(description, run: path, streams: prepared.streams)
      log = try RunLog(writing: folder.databasePath)
      let position = state?.position
      try log.removeAfter(
        steps: position?.totalSteps ?? 0, epochs: position?.epochs ?? 0,
        events: saved?.lastEvent ?? 0)
      try log.begin(
        command: "train", version: lightboxVersion, process: .current,
        firstStep: position?.totalSteps ?? 0)
      try log.event(
        "resumed", "the run continues after \(position?.totalSteps ?? 0) training steps")
      if !hasLog, let position {
        let lost =
          "metrics.sqlite was removed: the metrics of \(position.epochs == 1 ? "the first epoch" : "the first \(position.epochs) epochs") are lost"
        try log.event("warning", lost)
        notify(.advice(lost))
      }
      if state == nil { folder.removeCheckpoints() }
    } catch {
      folder.release()
      options.cancellation?.end()
      throw error
    }
  }

  /// Trains to the end of the run.
  func train(notify: (RunEvent) -> Void) throws -> TrainingResult {
    defer {
      options.cancellation?.end()
      folder.release()
    }
    // At once, so that it is recorded if the process does not reach the end of the batch.
    options.cancellation?.observe { [log] _ in try? log.end(status: "interrupted") }
    let learner = prepared.learner
    let started = ContinuousClock.now
    do {
      try fit(learner, notify: notify)
    } catch let error as PlanError where error.isInterruption {
      try? log.event("interrupted", error.problem)
      try? log.end(status: "interrupted")
      throw error
    } catch {
      let error = prepared.loaders.listingUnreadable(error)
      try? log.event("error", "\(error)")
      try? log.end(status: "failed")
      // Without a trained checkpoint there is nothing to keep but the reason of a model that diverged.
      if !isContinued, folder.checkpoints.isEmpty || learner.totalSteps == 0, !folder.hasState,
        (error as? PlanError)?.isNotFinite != true
      {
        folder.removeContent()
      } else if (error as? PlanError)?.isNotFinite != true {
        notify(.canContinue(path: folder.path))
      }
      throw error
    }
    options.cancellation?.end()
    try log.end(status: "finished")
    folder.removeState()
    return try result(learner, seconds: (ContinuousClock.now - started) / .seconds(1), notify)
  }

  private func fit(_ learner: VisionLearner, notify: (RunEvent) -> Void) throws {
    let validation = ValidationCheck()
    learner.checkpoints = folder
    learner.report = options.report
    let logbook = LogbookCallback(folder, log, epochs: state?.position.epochs ?? 0)
    let saving = StateCallback(
      folder, logbook, every: plan.checkpoint.interval, cancellation: options.cancellation,
      metadata: [Lineage.key: "\(prepared.streams)"])
    let curves = RunCurves(folder, log, monitor: plan.monitor, report: options.report)
    let artifacts = RunArtifacts(folder, log)
    let best = SaveModelCallback(monitor: plan.monitor, name: "best", resetsOnFit: false)
    let callbacks: [any Callback] =
      options.callbacks + [best, logbook, saving, curves, artifacts]
      + (options.cancellation.map { [$0] } ?? [])
      + (plan.onBadGradient == .stop ? [validation] : [])
    learner.add(callbacks)
    // The learner is returned; without its callbacks the database is closed.
    defer {
      saving.finish()
      curves.finish()
      try? artifacts.record()
      learner.remove(callbacks)
    }
    if let state {
      learner.resume(from: state)
      notify(.resumed(steps: state.position.totalSteps, epoch: state.position.epochs))
    } else {
      notify(.started(description))
    }
    try withoutActuallyEscaping(notify) { notify in
      let waiting = WaitingAdvice(workers: prepared.loaders.train.workers) { notify(.advice($0)) }
      learner.add([waiting])
      defer { learner.remove([waiting]) }
      if plan.epochs * prepared.loaders.train.batchCount >= TrainingAdvice.leastSteps,
        let text = TrainingAdvice.bfloat16(plan)
      {
        notify(.advice(text))
      }
      try plan.fit(learner)
    }
    if let message = prepared.gradientCheck.ending ?? validation.ending {
      throw PlanError(.notFinite(message))
    }
    if learner.totalSteps > 0, prepared.gradientCheck.skippedBatches >= learner.totalSteps {
      throw PlanError(.allSkipped(learner.totalSteps))
    }
    if learner.fitWasCanceled, let reason = options.cancellation?.reason {
      throw PlanError(
        .interrupted(
          reason: reason, epochs: learner.recorder.rows.count,
          run: folder.hasState ? folder.path : nil))
    }
    if learner.totalSteps == 0 {
      throw DataError(.noItems("training: no batch could be read"), path: plan.table.path)
    }
    if best.best == nil, !learner.recorder.rows.isEmpty {
      let warning = DataWarning(
        .monitorUndefined(
          plan.monitor,
          unvalidated: plan.unvalidatedClasses(prepared.items.train, prepared.items.valid)))
      try log.event("warning", "\(warning)")
      notify(.warning(warning))
    }
  }

  private func result(
    _ learner: VisionLearner, seconds: Double, _ notify: (RunEvent) -> Void
  ) throws -> TrainingResult {
    prepared.loaders.train.readRest()
    let skipped = prepared.loaders.train.skipped + (prepared.loaders.valid?.skipped ?? [])
    for error in skipped {
      try log.event("skipped", "\(error)")
      notify(.skipped(error))
    }
    let loaders = [prepared.loaders.train] + (prepared.loaders.valid.map { [$0] } ?? [])
    if let fault = loaders.compactMap(\.cacheFault).first {
      let text = "not all images were kept on disk: \(fault)"
      try log.event("warning", text)
      notify(.advice(text))
    }
    return TrainingResult(
      folder: folder, learner: learner, skipped: skipped, seconds: seconds,
      imagesSeen: prepared.loaders.train.deliveredItems)
  }

  /// Settings that change no bit, so that a continued run may have others.
  private static let freeSettings = ["data.cache", "compute.workers"]

  /// What each checkpoint says of itself.
  private static func metadata(
    _ description: RunDescription, run: String, streams: UInt64
  ) throws -> [String: String] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return [
      "architecture": description.plan.architecture,
      "classes": description.vocab.joined(separator: "\n"),
      "pipeline": String(
        decoding: try encoder.encode(description.plan.pipeline), as: UTF8.self),
      "run": (run as NSString).lastPathComponent, Lineage.key: "\(streams)",
    ]
  }

  /// Compares the items of the table with those that the run began with.
  ///
  /// - Throws: `RunError` if they differ.
  private static func check(
    _ prepared: TrainingPlan.Prepared, against description: RunDescription, in path: String
  ) throws {
    func changed(_ what: String) -> RunError { RunError(.dataChanged(what), path: path) }
    guard prepared.loaders.vocab == description.vocab else {
      throw changed(
        "the classes are \(prepared.loaders.vocab.joined(separator: ", ")), "
          + "not \(description.vocab.joined(separator: ", "))")
    }
    guard let record = try SplitRecord(of: path) else { return }
    for (part, items) in [(DataSplit.train, prepared.items.train), (.valid, prepared.items.valid)] {
      let before = record.entries.filter { $0.split == part }
      guard before.count == items.count else {
        throw changed("there are \(items.count) images in \(part.rawValue), not \(before.count)")
      }
      for (old, item) in zip(before, items) {
        let file = SplitRecord.absolute(item.path)
        guard old.path == file, old.label == item.label ?? "" else {
          throw changed("\(item.path) was not in the same place, or had another label")
        }
        if let size = old.size, let now = prepared.items.facts[item.path]?.identity?.size,
          size != now
        {
          throw changed("\(item.path) has \(now) bytes, not \(size)")
        }
      }
    }
  }
}

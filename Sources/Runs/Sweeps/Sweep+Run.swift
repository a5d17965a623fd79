import Files
import Foundation
import Logbook
package import Models
package import Training

extension Sweep {
  /// What happens in a sweep.
  package enum Event {
    /// A trial begins or continues.
    case started(SweepPlan.Trial)
    /// A trial was finished before.
    case finished(SweepPlan.Trial)
    /// Another process runs a trial.
    case inUse(SweepPlan.Trial, reason: String)
    /// A trial failed; the reason is recorded.
    case failed(SweepPlan.Trial, any Error)
    /// An event of a trial's run.
    case ofRun(RunEvent)
  }

  /// What a run of trials gave.
  package struct Outcome {
    /// The trials that failed, with the reasons.
    package var failed: [(trial: SweepPlan.Trial, error: any Error)] = []
    /// The trials that other processes run.
    package var inUse: [SweepPlan.Trial] = []
    /// The number of trials that this call finished.
    package var finishedCount = 0
  }

  /// Runs trials one after another; a run that was interrupted or killed continues.
  ///
  /// Trials that are finished, or that other processes run, are skipped. A trial that fails is recorded, and does not
  /// end the sweep; the next call tries it again.
  ///
  /// - Parameters:
  ///   - indices: The trials. Default: all.
  ///   - known: The architectures to look the plans' up in. Add your own.
  ///   - callbacks: Makes more callbacks for each run.
  ///   - cancellation: Interrupts the sweep from another thread.
  ///   - report: Receives the tables of epochs, line by line.
  ///   - notify: Receives events.
  /// - Returns: The trials that failed or are run by others.
  /// - Throws: `PlanError` if the sweep was interrupted.
  package func run(
    _ indices: Range<Int>? = nil, among known: [Architecture] = Architecture.all,
    callbacks: () -> [any Callback] = { [] }, cancellation: CancelFitCallback? = nil,
    report: @escaping (String) -> Void, notify: (Event) -> Void
  ) throws -> Outcome {
    var outcome = Outcome()
    let initial = ProcessCompute()
    for index in indices ?? 0..<plan.count {
      let trial = plan.trial(index)
      initial.restore()
      do {
        let isNew = try runTrial(
          trial, among: known, callbacks: callbacks(), cancellation: cancellation, report: report,
          notify: notify)
        if isNew { outcome.finishedCount += 1 }
      } catch let error as RunError where error.isInUse {
        outcome.inUse.append(trial)
        notify(.inUse(trial, reason: error.problem))
      } catch let error as PlanError where error.isInterruption {
        throw error
      } catch {
        outcome.failed.append((trial, error))
        notify(.failed(trial, error))
      }
    }
    return outcome
  }

  /// Runs or continues a trial, and predicts its validation items if it is a fold.
  ///
  /// - Returns: Whether this call finished it.
  /// - Throws: What `TrainingPlan.run(in:)` throws; `RunError` if another process runs it. A failure is recorded.
  @discardableResult
  package func runTrial(
    _ trial: SweepPlan.Trial, among known: [Architecture] = Architecture.all,
    callbacks: [any Callback] = [], cancellation: CancelFitCallback? = nil,
    report: @escaping (String) -> Void, notify: (Event) -> Void
  ) throws -> Bool {
    let folder = folder(trial.index)
    do {
      let plan = try plan.plan(trial)
      let isFinished = try plan.isFinished(in: folder)
      if isFinished {
        notify(.finished(trial))
      } else {
        notify(.started(trial))
        do {
          _ = try plan.run(
            in: folder, among: known, callbacks: callbacks, cancellation: cancellation,
            report: report, notify: { notify(.ofRun($0)) })
        } catch let error as RunError {
          // Another process may have finished it meanwhile.
          guard error.isInUse || (try? plan.isFinished(in: folder)) != true else {
            notify(.finished(trial))
            return false
          }
          throw error
        }
      }
      if trial.fold != nil { try FoldPredictions.write(ofRun: folder, among: known) }
      unlink(failurePath(trial.index))
      return !isFinished
    } catch {
      let isOfOthers =
        (error as? RunError)?.isInUse == true || (error as? PlanError)?.isInterruption == true
      if !isOfOthers { record(error, trial) }
      throw error
    }
  }

  /// Writes why a trial failed; on a full disk, its message alone says so.
  private func record(_ error: any Error, _ trial: SweepPlan.Trial) {
    let file = failurePath(trial.index)
    _ = try? createFolder("\(path)/\(Self.failedName)")
    try? AtomicFile.write("\(error)\n", to: file)
  }
}

extension RunError {
  /// Whether another process uses the run.
  var isInUse: Bool { if case .inUse = reason { true } else { false } }
}

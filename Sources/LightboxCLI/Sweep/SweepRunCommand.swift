import ArgumentParser
import Console
import Foundation
import Lightbox

struct SweepRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Train the trials of a sweep, one after another.",
    discussion: """
      Trials that are finished, or that another process trains, are skipped, so several processes can share a sweep. A \
      trial that was interrupted or killed continues. One that fails is recorded and listed at the end, with exit code \
      1; the next call tries it again.
      """)

  @Argument(help: "The folder of the sweep.")
  var sweep: String

  @OptionGroup var progress: SweepProgress

  func run() throws {
    let sweep = try Sweep(sweep)
    let outcome: Sweep.Outcome
    do {
      outcome = try sweep.run(
        callbacks: { [ProgressCallback(progress.progress)] }, cancellation: Signals.cancellation,
        report: emit, notify: { tell($0, in: sweep) })
    } catch let error as PlanError where error.isInterruption {
      say("lightbox: \(error)")
      throw ExitCode(Signals.exitCode)
    }
    say(
      "lightbox: \(outcome.finishedCount) trials finished, \(outcome.failed.count) failed, "
        + "\(outcome.inUse.count) trained by other processes")
    for (trial, error) in outcome.failed {
      say("Error: \(sweep.plan.folder(trial.index)): \(error)")
    }
    if !outcome.failed.isEmpty { throw ExitCode(1) }
  }
}

struct SweepTrialCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trial", abstract: "Train one trial of a sweep, as an element of an array job.",
    discussion: """
      Without --index, the number is that of the variable SLURM_ARRAY_TASK_ID. A finished trial is no error. SIGTERM and \
      SIGUSR1 save its state, and the same command continues it.
      """)

  @Argument(help: "The folder of the sweep.")
  var sweep: String

  @Option(help: "The number of the trial, from 0. Default: SLURM_ARRAY_TASK_ID.")
  var index: Int?

  @OptionGroup var progress: SweepProgress

  func run() throws {
    let sweep = try Sweep(sweep)
    let trial = try sweep.trial(number())
    do {
      try sweep.runTrial(
        trial, callbacks: [ProgressCallback(progress.progress)],
        cancellation: Signals.cancellation, report: emit, notify: { tell($0, in: sweep) })
    } catch let error as PlanError where error.isInterruption {
      say("lightbox: \(error)")
      throw ExitCode(Signals.exitCode)
    }
  }

  private func number() throws -> Int {
    if let index { return index }
    let name = "SLURM_ARRAY_TASK_ID"
    guard let text = ProcessInfo.processInfo.environment[name] else {
      throw ValidationError("give --index, or run as an array job, which sets \(name)")
    }
    guard let number = Int(text) else {
      throw ValidationError("\(name) is \"\(text.printable)\", not a number")
    }
    return number
  }
}

/// How a sweep shows its progress.
struct SweepProgress: ParsableArguments {
  @Option(
    help:
      "Progress on the standard error: auto (one line on a terminal, else lines), plain, json or off."
  )
  var progress = ProgressStyle.auto
}

/// Says what happens in a sweep.
private func tell(_ event: Sweep.Event, in sweep: Sweep) {
  switch event {
  case .started(let trial): say("lightbox: \(sweep.plan.words(trial))".printable)
  case .finished(let trial):
    say("lightbox: \(sweep.plan.folder(trial.index)) is finished")
  case .inUse(let trial, let reason):
    say("lightbox: skipped \(sweep.plan.folder(trial.index)): \(reason)")
  case .failed(let trial, let error):
    say("Error: \(sweep.plan.folder(trial.index)): \(error)")
  case .ofRun(let event): tell(event)
  }
}

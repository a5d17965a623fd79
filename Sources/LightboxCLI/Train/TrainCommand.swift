public import ArgumentParser
import Console
import Foundation
public import Lightbox

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a classifier on labeled images.",
    usage: """
      lightbox train <data> --out <out> [<options>]
      lightbox train <settings.toml> --out <out> [--set <k=v>] [<options>]
      lightbox train --resume <run>
      lightbox train --from <run> --out <out> [--set <k=v>] [<options>]
      lightbox train [<data or settings.toml>] --print-settings
      """,
    discussion: """
      All settings can be given by a TOML file; the order is defaults < file < --set and options. \
      --print-settings prints them all, with their meaning, as a file to start from; Docs/Settings.md is the \
      reference. A run saves its settings as <out>/run.toml: "lightbox train <out>/run.toml --out again" repeats it. \
      Relative paths in a file are relative to its folder.

      Without a split in the table, --valid-pct of the patients (of the images, if the table names no \
      patients) are used for validation. The best epoch by --monitor is saved as \
      <out>/checkpoints/best.safetensors, the last one as last.safetensors. With --weights, the head is \
      trained first, then all layers, early layers at lower rates (fastai's fine_tune). All files that \
      cannot be read are listed; without --skip-unreadable the exit code is then 1.

      The state of the training is saved at least once a minute. Ctrl-C, SIGTERM, SIGHUP, SIGUSR1 and SIGUSR2 end \
      the run after the current step, with its state. A run that was interrupted or killed continues with the same \
      command or with --resume, and ends with the same bits as one that was not. --from trains on from a run's best \
      weights in a new run with its settings.

      --folds 5 is a cross-validation by patient, stratified by class: a run per fold in <out>/fold0, <out>/fold1, …, one \
      after another, and the predictions of all images by the models that were not trained on them in \
      <out>/predictions.csv. The same command again continues it. --fold 0 trains that fold only.
      """)

  @Argument(
    help: "The folder of the images; file names in the table are relative to it. Or a TOML file.")
  var data: String?

  @Option(
    help: ArgumentHelp(
      "A setting by its key, such as optimizer.lr=3e-3 or schedule.name=flat_cos; \"default\" takes one of the file back. Can be repeated.",
      valueName: "key=value"))
  var set: [String] = []

  @Flag(help: "Print all settings as a TOML file, and train nothing.")
  var printSettings = false

  @Option(
    help: ArgumentHelp(
      "Continue a run that was interrupted or killed, with its settings.", valueName: "run"))
  var resume: String?

  @Option(
    help: ArgumentHelp(
      "Train on in a new run: the settings of a run, and its best weights.", valueName: "run"))
  var from: String?

  @Option(
    help:
      "Progress on the standard error: auto (one line on a terminal, else lines), plain, json or off."
  )
  var progress = ProgressStyle.auto

  @Flag(help: "Print where the time goes: images, steps, validation, callbacks.")
  var profile = false

  @OptionGroup var options: TrainOptions

  @Option(help: "The folder to create for the run.")
  var out: String?

  private var source: PlanSource {
    PlanSource(data: data, from: from, resume: resume, set: set, options: options)
  }

  func validate() throws {
    if printSettings { return }
    if let resume {
      if from != nil { throw ValidationError("--resume and --from: give one of them") }
      if data != nil { throw ValidationError("--resume takes the data of the run: leave them out") }
      if let out, out != resume {
        throw ValidationError("--resume continues in \(resume): leave --out out")
      }
      return
    }
    if from != nil, source.isFile {
      throw ValidationError("--from takes the settings of a run: leave the file out")
    }
    if data == nil, from == nil, !set.contains(where: { $0.hasPrefix("data.images") }) {
      throw ValidationError(
        "give a folder of images or a settings file; --print-settings prints one to start from")
    }
    if out == nil { throw ValidationError("Missing expected argument '--out <out>'") }
    if options.weightsPart.part != nil, options.weights == nil, !source.isFile {
      throw ValidationError("--part selects a network of a file: give --weights too")
    }
  }

  func run() throws {
    if printSettings {
      print(try source.plan(needsData: false).template().dropLast())
      return
    }
    let result: TrainingResult
    let profiler = LoopProfiler()
    defer { if profile, profiler.trainBatches > 0 { say(profiler.description) } }
    do {
      if resume == nil {
        let plan = try source.plan()
        if plan.data.folds != nil, plan.data.fold == nil {
          return try crossValidate(plan, profiler)
        }
        result = try train(plan, profiler)
      } else {
        result = try continueRun(profiler)
      }
    } catch let error as PlanError where error.isInterruption {
      say("lightbox: \(error)")
      throw ExitCode(Signals.exitCode)
    }
    options.unreadable.tell(result.skipped)
    let rate = Double(result.imagesSeen) / result.seconds
    say(
      "lightbox: \(NumberFormat.fixed(result.seconds, 1)) s, \(NumberFormat.fixed(rate, 1)) training "
        + "images/s; the run is in \(result.folder.path)")
  }

  private func callbacks(_ profiler: LoopProfiler) -> [any Callback] {
    [ProgressCallback(progress)] + (profile ? [profiler] : [])
  }

  private func train(_ plan: TrainingPlan, _ profiler: LoopProfiler) throws -> TrainingResult {
    try plan.run(
      in: out ?? "", callbacks: callbacks(profiler), cancellation: Signals.cancellation,
      report: emit, notify: LightboxCLI.tell)
  }

  private func continueRun(_ profiler: LoopProfiler) throws -> TrainingResult {
    // Settings that are given must be those of the run.
    let expected = set.isEmpty && options.overrides.isEmpty ? nil : try source.plan()
    return try TrainingPlan.resume(
      resume ?? "", expecting: expected, callbacks: callbacks(profiler),
      cancellation: Signals.cancellation, report: emit, notify: LightboxCLI.tell)
  }

  /// Trains a run per fold, and prints what their predictions give together.
  private func crossValidate(_ plan: TrainingPlan, _ profiler: LoopProfiler) throws {
    let pooled = try CrossValidation(plan).run(
      in: out ?? "", callbacks: { callbacks(profiler) },
      cancellation: Signals.cancellation, report: emit
    ) { fold, event in
      if case .columns = event { say("lightbox: fold \(fold) of \(plan.data.folds ?? 0)") }
      LightboxCLI.tell(event)
    }
    print(pooled)
    say("lightbox: the predictions are in \(out ?? "")/predictions.csv".printable)
  }
}

extension ProgressStyle: ExpressibleByArgument {}

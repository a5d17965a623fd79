import ArgumentParser
import Console
import Lightbox

struct SweepPlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Write the list of trials of a settings file.",
    discussion: """
      The file has the settings of "lightbox train" and a table [sweep]:

        [sweep]
        method = "grid"                   # or "random" with trials = 20
        seeds = 3                         # or [1, 2, 3]
        folds = 5                         # by patient
        [sweep.values]
        "optimizer.lr" = [1e-4, 1e-3]     # or { from = 1e-5, to = 1e-2, scale = "log" }
        "schedule.name" = ["one_cycle", "flat_cos"]

      The settings of every trial are checked. <out>/trials.csv has one line per trial. The same file gives the same \
      trials; another file is refused in the same folder.
      """)

  @Argument(help: ArgumentHelp("The settings file.", valueName: "file.toml"))
  var file: String

  @Option(help: "The folder to create for the sweep.")
  var out: String

  func run() throws {
    let (sweep, isOld) = try Sweep.plan(file, in: out)
    print(sweep.plan.words)
    say(
      isOld
        ? "lightbox: \(sweep.path.printable) has these trials already"
        : "lightbox: the trials are in \(sweep.path.printable)/trials.csv; run them with \"lightbox sweep run \(sweep.path.printable)\""
    )
  }
}

extension SweepPlan {
  /// "120 trials: 8 settings, 3 seeds, 5 folds".
  var words: String {
    func part(_ count: Int, _ name: String) -> String { "\(count) \(name)\(count == 1 ? "" : "s")" }
    return part(count, "trial") + ": " + part(settingCount, "setting") + ", "
      + part(seedCount, "seed") + (foldCount.map { ", " + part($0, "fold") } ?? "")
  }

  /// A trial in words: "trial 3 of 120 (trial-003): optimizer.lr = 0.001, run.seed = 1".
  func words(_ trial: Trial) -> String {
    let values = values(trial).map { "\($0.key) = \($0.value)" }.joined(separator: ", ")
    return "trial \(trial.index) of \(count) (\(folder(trial.index)))"
      + (values.isEmpty ? "" : ": " + values)
  }
}

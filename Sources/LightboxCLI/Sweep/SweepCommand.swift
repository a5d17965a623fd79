import ArgumentParser

struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Train with many settings, seeds and folds, on this machine or as an array job.",
    discussion: """
      A settings file with a table [sweep] says what varies; Docs/Sweeps.md has examples. "plan" writes the list of the \
      trials, "run" trains them one after another, "trial" trains one. Finished trials are skipped, and killed ones \
      continue. Each trial is a run folder, so "lightbox runs" works on a sweep too.
      """,
    subcommands: [
      SweepPlanCommand.self, SweepRunCommand.self, SweepTrialCommand.self, SweepSbatchCommand.self,
      SweepStatusCommand.self, SweepBestCommand.self, SweepSummaryCommand.self,
    ])
}

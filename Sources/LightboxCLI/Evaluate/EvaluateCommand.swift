import ArgumentParser
import Console
import Foundation
import Lightbox

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Evaluate a run's model on labeled images.",
    discussion: """
      Values have 95 % intervals; values that are not defined are shown as "–".

      All files that cannot be read are listed; without --skip-unreadable nothing is measured, and the \
      exit code is 1.
      """)

  @OptionGroup var model: RunOptions
  @OptionGroup var source: TableOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var loading: WorkersOption
  @OptionGroup var unreadable: UnreadableOption
  @OptionGroup var reading: FramesOption

  @Option(
    help:
      "train, valid, test or all. Default: test if the table has it, else all. Without a split in the table, train and valid are those of the run."
  )
  var split: String?

  @Option(help: "Images per step, 1 to 1000000.")
  var batchSize = 32

  @Flag(help: "Print JSON.")
  var json = false

  @Option(help: "Write a CSV file: file, label, predicted, probabilities.")
  var predictions: String?

  @OptionGroup var report: ReportArguments

  func validate() throws {
    try requireOption("--batch-size", batchSize, in: 1...1_000_000)
  }

  func run() throws {
    try compute.settings().apply()
    let run = try model.open(frames: reading.frames)
    let table = try source.read()
    let selected = try run.select(
      table, split: split, skippingMissing: unreadable.policy == .skip)
    for warning in selected.warnings { tell(warning) }
    if run.target != .category {
      if let option = report.given { try run.requireOneClass(option) }
      return try measure(run, selected)
    }
    let found = try run.report(
      on: selected, of: table.table, options: report.options, batchSize: batchSize,
      workers: loading.workers, unreadable: unreadable.policy)
    unreadable.tell(found.predictions.skipped)
    if let predictions {
      try found.predictions.writeCSV(
        to: predictions, items: found.items, vocab: run.predictor.vocab)
    }
    if json { try printJSON(found) } else { print(found) }
    try report.write(found)
  }

  /// Labels that do not exclude each other, and numbers, have the run's metrics.
  private func measure(_ run: SavedRun, _ selected: SelectedItems) throws {
    let found = try run.measures(
      on: selected, batchSize: batchSize, workers: loading.workers, unreadable: unreadable.policy)
    unreadable.tell(found.predictions.skipped)
    if let predictions {
      try found.predictions.writeCSV(
        to: predictions, items: found.items, vocab: run.predictor.vocab)
    }
    if json { try printJSON(found) } else { print(found) }
  }
}

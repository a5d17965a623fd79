import ArgumentParser
import Console
import Foundation
import Lightbox

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Evaluate a run or an exported model on labeled images.",
    discussion: """
      One threshold decides all measures: --threshold, else the one that \"lightbox calibrate\" chose, else \
      the most probable class. The report says which.

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

  @Flag(
    inversion: .prefixedNo,
    help:
      "Keep measures, predictions and figures in the run: predictions/, figures/, metrics.sqlite.")
  var record = true

  @OptionGroup var report: ReportArguments
  @OptionGroup var augmentation: AugmentationOption

  func validate() throws {
    try requireOption("--batch-size", batchSize, in: 1...1_000_000)
    try requireSplit(split)
  }

  func run() throws {
    try requireFolder(of: "--predictions", predictions)
    try requireOutputFolder("--figures", report.figures)
    try compute.settings().apply()
    let run = try model.open(frames: reading.frames)
    let table = try source.read()
    let patients = try source.table().patientColumn
    for name in report.subgroup where ["patient", "patient_id", patients].contains(name) {
      throw ValidationError(
        "--subgroup \(name): a group of one patient has no rates, and reports do not name patients; choose another column"
      )
    }
    let selected = try run.select(
      table, split: split, skippingMissing: unreadable.policy == .skip)
    for warning in selected.warnings { tell(warning) }
    if run.target != .category {
      if let option = report.given { try run.requireOneClass(option) }
      if augmentation.tta != nil { augmentation.tell(run) }
      return try measure(run, selected)
    }
    if run.run == nil {
      say("lightbox: an exported model does not know its training images; these are not compared")
    }
    var options = report.options
    options.testTimeAugmentation = augmentation.tta
    if augmentation.tta != nil { augmentation.tell(run) }
    let found = try run.report(
      on: selected, of: table.table, options: options, batchSize: batchSize,
      workers: loading.workers, unreadable: unreadable.policy)
    unreadable.tell(found.predictions.skipped)
    if let predictions {
      try found.predictions.writeCSV(
        to: predictions, items: found.items, vocab: run.predictor.vocab)
    }
    if json { try printJSON(found) } else { print(found) }
    try report.write(found)
    guard record, let run = run.run else { return }
    do {
      try run.record(found, of: table.table)
      if found.items.contains(where: { $0.patient != nil }),
        let warning = PatientPseudonyms().warning
      {
        tell(warning)
      }
    } catch {
      // The run may be of others, in a folder that is only readable.
      say("lightbox: warning: the evaluation is not kept in the run: \(error)")
    }
  }

  /// Labels that do not exclude each other, and numbers, have the run's metrics.
  private func measure(_ run: any SavedModel, _ selected: SelectedItems) throws {
    let found = try run.measures(
      on: selected, batchSize: batchSize, workers: loading.workers, unreadable: unreadable.policy,
      testTimeAugmentation: augmentation.tta)
    unreadable.tell(found.predictions.skipped)
    if let predictions {
      try found.predictions.writeCSV(
        to: predictions, items: found.items, vocab: run.predictor.vocab)
    }
    if json { try printJSON(found) } else { print(found) }
  }
}

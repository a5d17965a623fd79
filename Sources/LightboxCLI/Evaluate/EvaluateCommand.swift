import ArgumentParser
import Console
import Foundation
import Lightbox

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Evaluate a run's model on labeled images.",
    discussion: """
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

  private struct Report: Encodable {
    let split: String
    let images: Int
    let trainingImages: Int?
    let loss: Double
    let accuracy: Double
    let auc: Double?
    let perClass: [ClassReport]
    /// Files that could not be read.
    let skipped: [SkippedFile]
    let seconds: Double
    let imagesPerSecond: Double

    struct ClassReport: Encodable {
      let name: String
      let images: Int
      let recall: Double?
      let precision: Double?
    }

    init(
      _ evaluation: Evaluation, split: String, trainingImages: Int?, skipped: [DataError],
      seconds: Double
    ) {
      self.skipped = skipped.map(SkippedFile.init)
      self.split = split
      self.trainingImages = trainingImages
      images = evaluation.items
      loss = evaluation.loss
      accuracy = evaluation.accuracy
      auc = evaluation.auc
      perClass = evaluation.perClass.map {
        ClassReport(name: $0.name, images: $0.items, recall: $0.recall, precision: $0.precision)
      }
      self.seconds = seconds
      imagesPerSecond = Double(evaluation.items) / seconds
    }
  }

  func validate() throws {
    try requireOption("--batch-size", batchSize, in: 1...1_000_000)
  }

  func run() throws {
    try compute.settings().apply()
    let run = try model.open(frames: reading.frames)
    let selected = try run.select(
      source.read(), split: split, skippingMissing: unreadable.policy == .skip)
    for warning in selected.warnings { tell(warning) }
    let name = selected.name
    let items = run.predictor.pipeline.itemsPerFrame(selected.items, workers: loading.workers)
    let started = Date()
    let found = try run.predictor.predictions(
      for: items, batchSize: min(batchSize, items.count), workers: loading.workers,
      unreadable: unreadable.policy)
    let evaluation = Evaluation(found, vocab: run.predictor.vocab)
    let report = Report(
      evaluation, split: name, trainingImages: selected.trainedOn, skipped: found.skipped,
      seconds: Date().timeIntervalSince(started))
    unreadable.tell(found.skipped)
    if let predictions {
      try found.writeCSV(to: predictions, items: items, vocab: run.predictor.vocab)
    }
    if json { return try printJSON(report) }
    print(
      "\(report.images) images (\(report.split)), \(NumberFormat.fixed(report.seconds, 1)) s, "
        + "\(NumberFormat.fixed(report.imagesPerSecond, 1)) images/s")
    print(
      "AUC \(NumberFormat.measured(report.auc)), "
        + "accuracy \(NumberFormat.measured(report.accuracy)), "
        + "loss \(NumberFormat.measured(report.loss))")
    print(
      TextTable(
        [
          TextColumn("class", isFlexible: true), .right("images"), .right("recall"),
          .right("precision"),
        ],
        rows: report.perClass.map {
          [
            $0.name, "\($0.images)", NumberFormat.measured($0.recall),
            NumberFormat.measured($0.precision),
          ]
        }))
  }
}

import ArgumentParser
import Console
import Foundation
import Lightbox

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measure a run's model on labeled images.")

  @OptionGroup var model: RunOptions
  @OptionGroup var source: TableOptions
  @OptionGroup var compute: ComputeOptions

  @Option(
    help: "The part: train, valid, test or all. Default: test if the table has one, else all.")
  var split: String?

  @Option(help: "Images per step.")
  var batchSize = 32

  @Flag(help: "Print JSON.")
  var json = false

  @Option(help: "Write a table of predictions: file, label, predicted, probabilities.")
  var predictions: String?

  private struct Report: Encodable {
    let split: String
    let films: Int
    let loss: Double
    let accuracy: Double
    let auc: Double?
    let perClass: [ClassReport]
    let seconds: Double
    let imagesPerSecond: Double

    struct ClassReport: Encodable {
      let name: String
      let films: Int
      let recall: Double?
      let precision: Double?
    }

    init(_ evaluation: Evaluation, split: String, seconds: Double) {
      self.split = split
      films = evaluation.items
      loss = evaluation.loss
      accuracy = evaluation.accuracy
      auc = evaluation.auc
      perClass = evaluation.perClass.map {
        ClassReport(name: $0.name, films: $0.items, recall: $0.recall, precision: $0.precision)
      }
      self.seconds = seconds
      imagesPerSecond = Double(evaluation.items) / seconds
    }
  }

  func run() throws {
    try compute.settings.apply()
    let run = try model.open()
    let (items, name) = try run.select(source.table().items(), split: split)
    let started = Date()
    let found = try run.predictor.predictions(
      for: items, batchSize: batchSize, workers: compute.workers)
    let evaluation = Evaluation(found, vocab: run.predictor.vocab)
    let report = Report(evaluation, split: name, seconds: Date().timeIntervalSince(started))
    if let predictions {
      try found.writeCSV(to: predictions, items: items, vocab: run.predictor.vocab)
    }
    if json { return try printJSON(report) }
    print(
      "\(report.films) films (\(report.split)), \(NumberFormat.fixed(report.seconds, 1)) s, "
        + "\(NumberFormat.fixed(report.imagesPerSecond, 1)) images/s")
    print(
      "AUC \(digits(report.auc))  accuracy \(digits(report.accuracy))  loss \(digits(report.loss))")
    print(
      table(
        ["class", "films", "recall", "precision"],
        report.perClass.map { [$0.name, "\($0.films)", digits($0.recall), digits($0.precision)] }))
  }
}

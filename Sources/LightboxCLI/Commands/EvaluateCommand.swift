import ArgumentParser
import Foundation
import Lightbox

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measure a run's model on labeled films.")

  @OptionGroup var model: RunOptions
  @OptionGroup var source: TableOptions
  @OptionGroup var compute: ComputeOptions

  @Option(help: "Which part: train, valid, test or all; test if the table has one, else all.")
  var split: String?

  @Option(help: "Films at a time.")
  var batchSize = 32

  @Flag(help: "Print JSON.")
  var json = false

  @Option(help: "Write one line per film into this file: file, label, predicted, probabilities.")
  var predictions: String?

  struct Report: Encodable {
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
  }

  func run() throws {
    try compute.apply()
    let (_, description, _, predictor) = try model.load()
    let all = try source.items()
    let name = split ?? (all.contains { $0.split == .test } ? "test" : "all")
    var chosen = all
    if name != "all" {
      guard let part = DataSplit(name: name) else {
        throw ValidationError("--split \(name): use train, valid, test or all")
      }
      chosen = all.filter { $0.split == part }
    }
    guard !chosen.isEmpty else {
      throw DataError(.noItems("the split \"\(name)\""), path: source.tablePath)
    }
    for item in chosen {
      if let label = item.label, !description.vocab.contains(label) {
        throw DataError(.unknownLabel(label, known: description.vocab), path: item.path)
      }
    }
    let loader = DataLoader(
      chosen, vocab: description.vocab, preprocessing: description.preprocessing, augment: nil,
      isTraining: false, batchSize: batchSize, workers: compute.workers, seed: 0, unreadable: .stop)
    let learner = Learner(model: predictor.model, train: loader)
    let started = Date()
    let predictions = try learner.predictions(for: loader)
    let seconds = Date().timeIntervalSince(started)
    let matrix = ConfusionMatrix(
      targets: predictions.targets, predictions: predictions.classes,
      classCount: description.vocab.count)
    let auc = Metric.rocAuc.value(predictions)
    let report = Report(
      split: name, films: chosen.count, loss: predictions.meanLoss ?? .nan,
      accuracy: Metric.accuracy.value(predictions), auc: auc.isFinite ? auc : nil,
      perClass: description.vocab.enumerated().map { number, name in
        Report.ClassReport(
          name: name, films: matrix.counts[number].reduce(0, +), recall: matrix.recall(of: number),
          precision: matrix.precision(of: number))
      }, seconds: seconds, imagesPerSecond: Double(chosen.count) / seconds)
    if let path = self.predictions {
      try writePredictions(predictions, chosen, description.vocab, to: path)
    }
    if json {
      try printJSON(report)
    } else {
      print(
        "\(report.films) films (\(report.split)), \(digits(report.seconds, 1)) s, \(digits(report.imagesPerSecond, 1)) images/s"
      )
      print(
        "AUC \(digits(report.auc))  accuracy \(digits(report.accuracy))  loss \(digits(report.loss))"
      )
      print(
        table(
          ["class", "films", "recall", "precision"],
          report.perClass.map { [$0.name, "\($0.films)", digits($0.recall), digits($0.precision)] })
      )
    }
  }

  private func writePredictions(
    _ predictions: Predictions, _ items: [DataItem], _ vocab: [String], to path: String
  ) throws {
    func quoted(_ text: String) -> String {
      text.contains(where: { ",\"\n".contains($0) })
        ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }
    var text =
      (["file", "label", "predicted"] + vocab.map { "p(\($0))" }).map(quoted).joined(separator: ",")
      + "\n"
    for row in 0..<predictions.count {
      let item = items[predictions.itemIndices[row]]
      let cells =
        [item.path, item.label ?? "", vocab[predictions.classes[row]]]
        + predictions.probabilities[row].map { digits(Double($0), 6) }
      text += cells.map(quoted).joined(separator: ",") + "\n"
    }
    try AtomicFile.write(text, to: path)
  }
}

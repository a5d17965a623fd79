import DataBlocks
import Files
import Foundation
import Logbook
import Models
import Training

/// The predictions of a fold's validation items by the best weights of its run: `predictions.csv` in its folder.
enum FoldPredictions {
  static let fileName = "predictions.csv"

  static func exist(inRun path: String) -> Bool { FileName.exists("\(path)/\(fileName)") }

  /// Predicts the validation items of a finished run, unless it was done.
  ///
  /// Columns: file, label, predicted, p(CLASS) of each class, patient (of the table, else of the DICOM header), fold.
  ///
  /// - Throws: What opening a run, reading its table and predicting throw.
  static func write(ofRun path: String, among known: [Architecture]) throws {
    if exist(inRun: path) { return }
    let run = try SavedRun(path, among: known)
    let plan = run.description.plan
    try plan.compute.apply()
    let split = try plan.split(try plan.table.read())
    let (predictor, vocab) = (run.predictor, run.predictor.vocab)
    let items = predictor.pipeline.itemsPerFrame(split.valid, workers: plan.compute.workers)
    let predictions = try predictor.predictions(
      for: items, batchSize: min(plan.batchSize, max(items.count, 1)),
      workers: plan.compute.workers, unreadable: plan.unreadable)
    let probabilities = predictions.columns(forClasses: vocab.count).probabilities
    var text = CSVLine.text(
      ["file", "label", "predicted"] + vocab.map { "p(\($0))" } + ["patient", "fold"])
    for row in 0..<predictions.count {
      let item = items[predictions.itemIndices[row]]
      // All digits: rounded numbers have ties, which change the area under the ROC curve.
      text += CSVLine.text(
        [
          FileName.shown(item.name), item.label ?? "",
          predictions.answer(ofRow: row, vocab: vocab),
        ] + probabilities[row].map { "\($0)" }
          + [
            item.patient ?? split.facts[item.path]?.patient ?? "",
            plan.data.fold.map(String.init) ?? "",
          ])
    }
    try AtomicFile.write(text, to: "\(path)/\(fileName)")
  }
}

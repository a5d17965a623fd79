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
  /// Columns: file, label, predicted, p(CLASS) of each class, patient (a pseudonym), fold.
  ///
  /// - Throws: What opening a run, reading its table and predicting throw.
  static func write(ofRun path: String, among known: [Architecture]) throws {
    if exist(inRun: path) { return }
    let run = try SavedRun(path, among: known)
    let plan = run.description.plan(in: run.folder)
    try plan.compute.apply()
    let split = try plan.split(try plan.readItems())
    let (predictor, vocab) = (run.predictor, run.predictor.vocab)
    let items = predictor.pipeline.itemsPerFrame(split.valid, workers: plan.compute.workers)
    let predictions = try predictor.predictions(
      for: items, batchSize: min(plan.batchSize, max(items.count, 1)),
      workers: plan.compute.workers, unreadable: plan.unreadable)
    let pseudonyms = PatientPseudonyms()
    try predictions.writeExactCSV(
      to: "\(path)/\(fileName)", items: items, vocab: vocab,
      columns: [
        ("patient", { pseudonyms($0.patient ?? split.facts[$0.path]?.patient) }),
        ("fold", { _ in plan.data.fold.map(String.init) ?? "" }),
      ])
  }
}

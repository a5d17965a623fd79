public import DataBlocks
import Files
import Foundation
import Interpret
import Logbook
import Training

extension SavedRun {
  /// Writes an evaluation into the run: measures with intervals into its database, predictions into `predictions/`,
  /// and figures into `figures/`.
  ///
  /// The files are named after the part and the checkpoint, such as `predictions/test-best.csv` and
  /// `figures/test-best/roc.png`. An evaluation of the same part and checkpoint is replaced.
  ///
  /// - Parameters:
  ///   - report: The evaluation.
  ///   - table: The table that the images are from.
  /// - Returns: The paths of the files.
  /// - Throws: `RunError` or `FileError` if the run cannot be written.
  @discardableResult
  public func record(_ report: RunReport, of table: LabelTable) throws -> [String] {
    let name = "\(report.split)-\(checkpoint)"
    let predictions = "\(folder.path)/predictions"
    try createFolder(predictions)
    let csv = "\(predictions)/\(name).csv"
    let pseudonyms = PatientPseudonyms()
    try report.predictions.writeExactCSV(
      to: csv, items: report.items, vocab: predictor.vocab,
      columns: [("patient", { pseudonyms($0.patient) })])
    let figures = try report.writeFigures(to: "\(folder.path)/figures/\(name)")
    let log = try RunLog(writing: folder.databasePath)
    try log.record(
      EvaluationRecord(
        split: report.split, checkpoint: checkpoint, table: table.path,
        items: report.predictions.count, trainedOn: report.trainedOn,
        threshold: report.options.threshold, measures: report.measures))
    for path in [csv] + figures {
      try log.artifact("evaluation", path: String(path.dropFirst(folder.path.count + 1)))
    }
    return [csv] + figures
  }
}

extension RunReport {
  /// The measures for the database.
  var measures: [EvaluationRecord.Measure] {
    func measure(
      _ name: String, _ estimate: Estimate, _ className: String? = nil
    ) -> EvaluationRecord.Measure {
      EvaluationRecord.Measure(
        name, className: className, value: estimate.value, low: estimate.interval?.low,
        high: estimate.interval?.high)
    }
    var found: [EvaluationRecord.Measure] = [
      EvaluationRecord.Measure("loss", value: loss),
      measure("accuracy", classification.accuracy), measure("roc_auc_score", auc),
      measure("f1_score", classification.macroAverage.f1),
      EvaluationRecord.Measure("ece", value: calibration.expectedError),
    ]
    for row in classification.classes {
      found += [
        measure("precision", row.precision, row.name), measure("recall", row.recall, row.name),
        measure("f1_score", row.f1, row.name), measure("roc_auc_score", row.auc, row.name),
      ]
    }
    for (name, counts) in operatingPoints {
      found += [
        measure("sensitivity", counts.sensitivity, name),
        measure("specificity", counts.specificity, name),
        measure("ppv", counts.positivePredictiveValue, name),
        measure("npv", counts.negativePredictiveValue, name),
      ]
    }
    return found
  }
}

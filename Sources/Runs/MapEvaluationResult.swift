import Console
public import DataBlocks
import Files
import Foundation
public import Interpret

/// The report of an evaluation of maps, and the numbers of each image.
public struct MapEvaluationResult: Sendable {
  /// The report.
  public let report: MapEvaluationReport
  /// The images that could not be measured.
  public let errors: [DataError]
  private let evaluation: MapEvaluation

  /// Creates a result.
  init(report: MapEvaluationReport, errors: [DataError], evaluation: MapEvaluation) {
    self.report = report
    self.errors = errors
    self.evaluation = evaluation
  }

  /// Writes `evaluation.json`, the report, and `evaluation.csv`, a row per image and map.
  ///
  /// Patients are numbered by a hash with a random salt that is stored nowhere, so the table does not tell who they
  /// are.
  ///
  /// - Parameter folder: The folder; created if it does not exist.
  /// - Throws: `FileError`.
  public func write(to folder: String) throws {
    try createFolder(folder)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(
      try encoder.encode(report) + Data("\n".utf8), to: "\(folder)/evaluation.json")
    try AtomicFile.write(csv(), to: "\(folder)/evaluation.csv")
  }

  /// The table of all images.
  func csv() -> String {
    var salt = SystemRandomNumberGenerator()
    let salts = "\(salt.next())\(salt.next())"
    func number(_ value: Double?, _ digits: Int = 6) -> String {
      value.flatMap { $0.isFinite ? NumberFormat.fixed($0, digits) : nil } ?? ""
    }
    var text = CSVLine.text([
      "file", "patient", "region_share", "map", "blank", "hit", "hit_near", "peak_distance",
      "average_precision", "energy_inside", "iou", "deletion", "insertion", "road",
      "average_drop", "increase",
    ])
    for entry in evaluation.entries {
      let patient = entry.patient.map {
        String(FileHash.sha256(Data((salts + $0).utf8)).prefix(12))
      }
      for (index, score) in entry.scores.enumerated() {
        guard let score else { continue }
        let row = report.rows[index]
        let (mask, model) = (score.mask, score.model)
        let place = ThresholdCurve.place(nearest: row.threshold)
        text += CSVLine.text(
          [
            entry.file, patient ?? "", number(entry.regionShare), row.name,
            mask.isBlank ? "1" : "0", mask.isHit() ? "1" : "0",
            mask.isHit(margin: evaluation.margin) ? "1" : "0", number(mask.peakDistance, 2),
            number(mask.averagePrecision), number(mask.energyInside),
            number(mask.overlaps[place]), number(model?.deletion), number(model?.insertion),
            number(model?.road ?? nil), number(model?.averageDrop),
            model.map { $0.isIncreased ? "1" : "0" } ?? "",
          ])
      }
    }
    return text
  }
}

import DataBlocks
import Files
import Interpret
import Training

extension RunReport: Encodable {
  /// Measures with their intervals, which are null where they are not defined.
  public func encode(to encoder: any Encoder) throws {
    try JSON(self).encode(to: encoder)
  }

  private struct JSON: Encodable {
    let split: String
    let images: Int
    let trainingImages: Int?
    let loss: Double?
    let accuracy: Double?
    let accuracyInterval: ConfidenceInterval?
    let auc: Double?
    let aucInterval: ConfidenceInterval?
    let perClass: [ClassMeasures]
    let macroAverage: ClassMeasures
    let weightedAverage: ClassMeasures
    let intervals: String
    let confusionMatrix: [[Int]]
    let threshold: Double?
    let decision: ReportDecision
    let testTimeAugmentation: Int?
    let decisions: [Group]
    let subgroups: [Subgroups]
    let calibration: Calibration
    let skipped: [Skipped]
    let seconds: Double
    let imagesPerSecond: Double

    init(_ report: RunReport) {
      let found = report.classification
      split = report.split
      images = report.interpretation.count
      trainingImages = report.trainedOn
      loss = report.loss.flatMap { $0.isFinite ? $0 : nil }
      accuracy = found.accuracy.value
      accuracyInterval = found.accuracy.interval
      auc = report.auc.value
      aucInterval = report.auc.interval
      perClass = found.classes.map(ClassMeasures.init)
      macroAverage = ClassMeasures(found.macroAverage)
      weightedAverage = ClassMeasures(found.weightedAverage)
      intervals = found.method
      confusionMatrix = report.interpretation.confusionMatrix().counts
      threshold = report.decision.threshold
      decision = report.decision
      testTimeAugmentation = report.options.testTimeAugmentation
      decisions = report.operatingPoints.map { Group($0.className, $0.counts, auc: nil) }
      subgroups = report.subgroups.map(Subgroups.init)
      calibration = report.calibration
      skipped = report.predictions.skipped.map {
        Skipped(file: $0.place.file.map(FileName.shown) ?? "", reason: $0.problem)
      }
      seconds = report.seconds
      imagesPerSecond = Double(report.interpretation.count) / max(report.seconds, 1e-9)
    }
  }

  private struct Skipped: Encodable {
    let file: String
    let reason: String
  }

  private struct ClassMeasures: Encodable {
    let name: String
    let images: Int
    let recall: Double?
    let recallInterval: ConfidenceInterval?
    let precision: Double?
    let precisionInterval: ConfidenceInterval?
    let f1: Double?
    let f1Interval: ConfidenceInterval?
    let auc: Double?
    let aucInterval: ConfidenceInterval?

    init(_ row: ClassificationReport.Row) {
      name = row.name
      images = row.support
      (recall, recallInterval) = (row.recall.value, row.recall.interval)
      (precision, precisionInterval) = (row.precision.value, row.precision.interval)
      (f1, f1Interval) = (row.f1.value, row.f1.interval)
      (auc, aucInterval) = (row.auc.value, row.auc.interval)
    }
  }

  private struct Group: Encodable {
    let name: String
    let images: Int
    let positives: Int
    let isSmall: Bool?
    let auc: Double?
    let aucInterval: ConfidenceInterval?
    let sensitivity: Double?
    let sensitivityInterval: ConfidenceInterval?
    let specificity: Double?
    let specificityInterval: ConfidenceInterval?
    let positivePredictiveValue: Double?
    let negativePredictiveValue: Double?

    init(_ name: String, _ counts: OperatingPoint, auc: Estimate?, isSmall: Bool? = nil) {
      self.name = name
      images = counts.items
      positives = counts.positives
      self.isSmall = isSmall
      (self.auc, aucInterval) = (auc?.value, auc?.interval)
      (sensitivity, sensitivityInterval) = (counts.sensitivity.value, counts.sensitivity.interval)
      (specificity, specificityInterval) = (counts.specificity.value, counts.specificity.interval)
      positivePredictiveValue = counts.positivePredictiveValue.value
      negativePredictiveValue = counts.negativePredictiveValue.value
    }
  }

  private struct Subgroups: Encodable {
    let column: String
    let className: String
    let groups: [Group]

    init(_ table: SubgroupTable) {
      column = table.column
      className = table.className
      groups = table.rows.map { Group($0.name, $0.counts, auc: $0.auc, isSmall: $0.isSmall) }
    }
  }
}

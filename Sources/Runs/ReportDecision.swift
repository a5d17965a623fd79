import Console
import Files
public import Training

/// How the classes of a report were decided, and where the threshold is from.
public struct ReportDecision: Sendable, Equatable, Codable {
  /// Where the rule is from.
  public enum Source: String, Sendable, Codable {
    /// The model has no threshold: the rule of its loss.
    case loss
    /// `ReportOptions.threshold`, or `--threshold`.
    case given
    /// The threshold that was chosen for the model on validation images, or fixed then.
    case calibration
  }

  /// Where the rule is from.
  public let source: Source
  /// An image is of `className` if its probability is at least this; nil: the most probable class.
  public let threshold: Double?
  /// The class of the threshold.
  public let className: String?
  /// How the threshold was chosen; nil if it was given.
  public let criterion: DecisionCriterion?
  /// Outputs were divided by it; nil: they were not.
  public let temperature: Double?
  /// The file that the calibration is from, and its images.
  public let calibrationFile: String?

  /// "decided by p(b) >= 0.37, ...".
  public var words: String {
    var text: String
    switch (source, threshold) {
    case (.loss, _), (_, nil): text = "decided for the most probable class"
    case (.given, let threshold?):
      text = "decided by \(rule(threshold)), as given for this report"
    case (.calibration, let threshold?):
      text = "decided by \(rule(threshold)), \(criterion?.words ?? "a given threshold")"
    }
    if let temperature { text += "; temperature \(NumberFormat.significant(temperature, 3))" }
    if let calibrationFile, source == .calibration || temperature != nil {
      text += " (\(calibrationFile.printable))"
    }
    return text
  }

  private func rule(_ threshold: Double) -> String {
    "p(\((className ?? "").printable)) >= \(NumberFormat.significant(threshold, 4))"
  }
}

extension DecisionCriterion {
  /// "for the largest Youden index", "for a sensitivity of at least 0.95".
  package var words: String {
    switch self {
    case .youden: "chosen for the largest Youden index"
    case .sensitivity(let least): "chosen for a sensitivity of at least \(least)"
    case .specificity(let least): "chosen for a specificity of at least \(least)"
    }
  }
}

extension SavedModel {
  /// The rule of a report.
  ///
  /// - Throws: `PlanError` if a threshold is given without the class that it is about, for more than two classes.
  func decision(
    _ options: ReportOptions, positive: Int?
  ) throws(PlanError) -> (decision: ReportDecision, classIndex: Int?) {
    let source = calibrationSource?.words
    let temperature = predictor.temperature
    func decision(
      _ from: ReportDecision.Source, _ threshold: Double?, _ index: Int?,
      _ criterion: DecisionCriterion? = nil
    ) -> (ReportDecision, Int?) {
      (
        ReportDecision(
          source: from, threshold: threshold, className: index.map { vocab[$0] },
          criterion: criterion, temperature: temperature, calibrationFile: source), index
      )
    }
    if let threshold = options.threshold {
      guard let index = positive ?? (vocab.count == 2 ? 1 : nil) else {
        throw PlanError(
          .setting(
            name: "the threshold", value: NumberFormat.significant(threshold, 4),
            allowed: "given with the class that it decides (--positive): the model has "
              + "\(vocab.count) classes"))
      }
      return decision(.given, threshold, index)
    }
    if let found = predictor.calibration?.decision, vocab.count == 2 {
      return decision(.calibration, found.threshold, 1, found.criterion)
    }
    return decision(.loss, nil, nil)
  }
}

import Foundation

extension Metric {
  /// Mean squared error of the probabilities (scikit-learn's `brier_score_loss`).
  ///
  /// Of two classes (p − y)² of the last, of more the sum over the classes; `halvesSum` (`scale_by_half`) sets whether the
  /// sum over the classes is halved, which for two classes is the same as (p − y)². fastai's `BrierScore` takes decided
  /// classes instead of probabilities.
  ///
  /// - Parameter halvesSum: Default: for two classes.
  /// - Returns: The metric.
  public static func brier(halvesSum: Bool? = nil) -> Metric {
    ofClasses(named("brier_score_loss", [("scale_by_half", halvesSum.map { "\($0)" })])) { p in
      let isHalved = halvesSum ?? (p.classCount == 2)
      if p.classCount == 2 {
        let sum = zip(p.probabilities, p.targets).reduce(0) { sum, row in
          let gap = Double(row.0[1]) - (row.1 == 1 ? 1 : 0)
          return sum + gap * gap
        }
        return sum * (isHalved ? 1 : 2) / Double(p.count)
      }
      let sum = zip(p.probabilities, p.targets).reduce(0) { sum, row in
        row.0.indices.reduce(sum) {
          let gap = Double(row.0[$1]) - ($1 == row.1 ? 1 : 0)
          return $0 + gap * gap
        }
      }
      return sum * (isHalved ? 0.5 : 1) / Double(p.count)
    }
  }

  /// Mean of −log of the probability of the true class, which is clipped to 2⁻⁵² … 1 − 2⁻⁵² (`log_loss`).
  public static let logLoss = ofClasses("log_loss") { p in
    let epsilon = Double.ulpOfOne
    return zip(p.probabilities, p.targets).reduce(0) { sum, row in
      // Two classes share one probability, so that both sides are equally precise.
      let own =
        row.0.count == 2 && row.1 == 0 ? 1 - Double(row.0[1]) : Double(row.0[row.1])
      return sum - log(min(max(own, epsilon), 1 - epsilon))
    } / Double(p.count)
  }

  /// What a probability is compared with in a calibration error.
  public enum CalibrationOf: String, Sendable, Codable, CaseIterable {
    /// The probability of the decided class with how often it is right.
    case confidence
    /// The probability of the last class with how often an item is of it.
    case positive
  }

  /// Expected calibration error: the mean over bins of |fraction − mean probability|, weighted by their items.
  public static func expectedCalibrationError(
    bins: Int = 15, of kind: CalibrationOf = .confidence
  ) -> Metric {
    calibrationError("expected_calibration_error", bins, kind) { $0.expectedError }
  }

  /// Maximum calibration error: the largest |fraction − mean probability| of a bin.
  public static func maximumCalibrationError(
    bins: Int = 15, of kind: CalibrationOf = .confidence
  ) -> Metric {
    calibrationError("maximum_calibration_error", bins, kind) { $0.maximumError }
  }

  private static func calibrationError(
    _ base: String, _ bins: Int, _ kind: CalibrationOf,
    _ error: @escaping @Sendable (Calibration) -> Double?
  ) -> Metric {
    precondition(bins > 0, "\(base) with \(bins) bins")
    let name = named(
      base,
      [
        ("bins", bins == 15 ? nil : "\(bins)"),
        ("of", kind == .confidence ? nil : kind.rawValue),
      ])
    return ofClasses(name) { p in
      let scores: [Double]
      let outcomes: [Bool]
      switch kind {
      case .confidence:
        let decoded = p.decoded
        scores = zip(p.probabilities, decoded).map { Double($0[$1]) }
        outcomes = zip(decoded, p.targets).map { $0 == $1 }
      case .positive:
        scores = p.scores(ofClass: p.classCount - 1)
        outcomes = p.targets.map { $0 == p.classCount - 1 }
      }
      // Of an activation that gives no probabilities.
      guard scores.allSatisfy({ $0 >= 0 && $0 <= 1 + 1e-6 }) else { return .nan }
      return error(Calibration(confidences: scores, outcomes: outcomes, binCount: bins)) ?? .nan
    }
  }
}

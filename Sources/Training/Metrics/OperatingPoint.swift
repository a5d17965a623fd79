/// The counts of a two-class decision and their rates with intervals.
public struct OperatingPoint: Sendable, Equatable, Codable {
  /// Positive items decided positive.
  public let truePositives: Int
  /// Negative items decided positive.
  public let falsePositives: Int
  /// Negative items decided negative.
  public let trueNegatives: Int
  /// Positive items decided negative.
  public let falseNegatives: Int

  /// Counts decisions.
  ///
  /// - Precondition: There are as many decisions as labels.
  public init(decisions: [Bool], positives: [Bool]) {
    precondition(
      decisions.count == positives.count,
      "\(decisions.count) decisions for \(positives.count) labels")
    let pairs = zip(decisions, positives)
    truePositives = pairs.count { $0 && $1 }
    falsePositives = pairs.count { $0 && !$1 }
    trueNegatives = pairs.count { !$0 && !$1 }
    falseNegatives = pairs.count { !$0 && $1 }
  }

  /// The number of items.
  public var items: Int { truePositives + falsePositives + trueNegatives + falseNegatives }
  /// The number of positive items.
  public var positives: Int { truePositives + falseNegatives }
  /// The fraction of the positive items decided positive (recall).
  public var sensitivity: Estimate { .proportion(truePositives, of: positives) }
  /// The fraction of the negative items decided negative.
  public var specificity: Estimate {
    .proportion(trueNegatives, of: trueNegatives + falsePositives)
  }
  /// The fraction of the positive decisions that are right (precision).
  public var positivePredictiveValue: Estimate {
    .proportion(truePositives, of: truePositives + falsePositives)
  }
  /// The fraction of the negative decisions that are right.
  public var negativePredictiveValue: Estimate {
    .proportion(trueNegatives, of: trueNegatives + falseNegatives)
  }
}

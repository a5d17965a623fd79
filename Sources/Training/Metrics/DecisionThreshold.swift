/// How the threshold of a two-class decision is chosen.
public enum DecisionCriterion: Sendable, Equatable, Codable {
  /// The largest sum of sensitivity and specificity (Youden's index).
  case youden
  /// The largest specificity with at least this sensitivity.
  case sensitivity(atLeast: Double)
  /// The largest sensitivity with at least this specificity.
  case specificity(atLeast: Double)
}

/// The probability from which an item is decided positive, and how it was chosen.
public struct DecisionThreshold: Sendable, Equatable, Codable {
  /// Items with at least this probability are decided positive.
  public let threshold: Double
  /// How it was chosen; nil if it was given.
  public let criterion: DecisionCriterion?
  /// The decisions about the items it was chosen on; nil if it was given.
  public let operatingPoint: OperatingPoint?

  /// A threshold of your own.
  public init(_ threshold: Double) {
    self.threshold = threshold
    criterion = nil
    operatingPoint = nil
  }

  /// What is wrong with a value of a file; nil if nothing is.
  var fault: (field: String, problem: String)? {
    // One above the highest score decides nothing positive.
    guard (0...1.0.nextUp).contains(threshold) else {
      return ("threshold", "it is \(threshold), but must be 0 to 1")
    }
    switch criterion {
    case .sensitivity(let least)?, .specificity(let least)?:
      guard (0...1).contains(least) else {
        return ("criterion", "it is \(least), but must be 0 to 1")
      }
    case .youden?, nil: break
    }
    if let counts = operatingPoint {
      let all = [
        counts.truePositives, counts.falsePositives, counts.trueNegatives, counts.falseNegatives,
      ]
      guard all.allSatisfy({ (0...(1 << 40)).contains($0) }) else {
        return ("operatingPoint", "its numbers must be 0 or more")
      }
    }
    return nil
  }

  /// Chooses a threshold; nil if only one class is present or a score is NaN.
  ///
  /// It lies in the middle between two neighboring scores, so that rounding of the same item decides the same.
  /// Of equally good thresholds it is the lowest for `sensitivity` and `specificity`, and the highest for `youden`.
  ///
  /// - Parameters:
  ///   - scores: One score per item; higher means more positive.
  ///   - positives: Whether each item is positive.
  ///   - criterion: How to choose.
  /// - Precondition: There are as many scores as labels.
  public init?(scores: [Double], positives: [Bool], by criterion: DecisionCriterion) {
    precondition(
      scores.count == positives.count, "\(scores.count) scores for \(positives.count) labels")
    guard !scores.contains(where: \.isNaN) else { return nil }
    let steps = cumulativeCounts(scores: scores, positives: positives)
    guard let last = steps.last, last.truePositives > 0, last.falsePositives > 0 else {
      return nil
    }
    let place: Int?
    switch criterion {
    case .youden:
      let (p, n) = (last.truePositives, last.falsePositives)
      var best = 0
      for index in steps.indices
      where steps[index].truePositives * n - steps[index].falsePositives * p
        > steps[best].truePositives * n - steps[best].falsePositives * p
      {
        best = index
      }
      place = best
    case .sensitivity(let least): place = Self.place(steps, sensitivity: least)
    case .specificity(let least): place = Self.place(steps, specificity: least)
    }
    if let place {
      let score = steps[place].threshold
      let next = place + 1 < steps.count ? steps[place + 1].threshold : score
      let middle = next + (score - next) / 2
      threshold = middle > next ? middle : score
    } else {
      threshold = steps[0].threshold.nextUp
    }
    self.criterion = criterion
    let threshold = threshold
    operatingPoint = OperatingPoint(
      decisions: scores.map { $0 >= threshold }, positives: positives)
  }

  /// The step with the most true positives among those with enough specificity, the lowest of equal ones; nil if that is
  /// no positive decision at all.
  static func place(
    _ steps: [(threshold: Double, truePositives: Int, falsePositives: Int)],
    specificity least: Double
  ) -> Int? {
    let allowed = Int((1 - least) * Double(steps.last?.falsePositives ?? 0) + 1e-9)
    return steps.lastIndex { $0.falsePositives <= allowed }
  }

  /// The step with the fewest false positives among those with enough sensitivity, the lowest of equal ones.
  static func place(
    _ steps: [(threshold: Double, truePositives: Int, falsePositives: Int)],
    sensitivity least: Double
  ) -> Int? {
    let missed = Int((1 - least) * Double(steps.last?.truePositives ?? 0) + 1e-9)
    let needed = (steps.last?.truePositives ?? 0) - missed
    // Nothing missed is needed of no positive decision.
    if needed <= 0 { return steps.lastIndex { $0.falsePositives == 0 } }
    guard let first = steps.firstIndex(where: { $0.truePositives >= needed }) else { return nil }
    return steps.lastIndex { $0.falsePositives == steps[first].falsePositives }
  }
}

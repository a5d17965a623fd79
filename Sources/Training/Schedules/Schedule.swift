import Foundation

/// A hyperparameter as a function of the position in training, from 0 to 1.
public struct Schedule: Sendable {
  private let function: @Sendable (Double) -> Double

  /// Creates a schedule from a function of the position.
  public init(_ function: @escaping @Sendable (Double) -> Double) { self.function = function }

  /// The value at a position from 0 to 1.
  public func callAsFunction(_ position: Double) -> Double { function(position) }

  /// A constant (`SchedNo`).
  public static func constant(_ value: Double) -> Schedule { Schedule { _ in value } }
  /// Linear, `a + p (b − a)` (`SchedLin`).
  public static func linear(_ start: Double, _ end: Double) -> Schedule {
    Schedule { start + $0 * (end - start) }
  }
  /// Half a cosine, `a + (1 + cos(π(1 − p)))(b − a) / 2` (`SchedCos`).
  public static func cosine(_ start: Double, _ end: Double) -> Schedule {
    Schedule { start + (1 + cos(.pi * (1 - $0))) * (end - start) / 2 }
  }
  /// Geometric, `a (b / a)^p` (`SchedExp`).
  public static func exponential(_ start: Double, _ end: Double) -> Schedule {
    Schedule { start * pow(end / start, $0) }
  }
  /// Polynomial, `a + (b − a) p^k` (`SchedPoly`).
  public static func polynomial(_ start: Double, _ end: Double, power k: Double) -> Schedule {
    Schedule { start + (end - start) * pow($0, k) }
  }

  /// Schedules one after another (`combine_scheds`).
  ///
  /// - Parameters:
  ///   - fractions: The fraction of training that each schedule covers (`pcts`).
  ///   - schedules: The schedules; each runs from its position 0 to its position 1.
  /// - Returns: The combined schedule.
  /// - Precondition: There are as many fractions as schedules, and their sum is 1.
  public static func combined(_ fractions: [Double], _ schedules: [Schedule]) -> Schedule {
    precondition(
      fractions.count == schedules.count && abs(fractions.reduce(0, +) - 1) < 1e-6,
      "\(schedules.count) schedules with the fractions \(fractions), which must sum to 1")
    var starts = [0.0]
    for fraction in fractions { starts.append(starts[starts.count - 1] + fraction) }
    let bounds = starts
    return Schedule { position in
      if position >= 1 { return schedules[schedules.count - 1](1) }
      let index =
        (bounds.lastIndex { $0 <= position + 1e-12 }).map { min($0, schedules.count - 1) } ?? 0
      let width = bounds[index + 1] - bounds[index]
      return schedules[index](min(max((position - bounds[index]) / width, 0), 1))
    }
  }

  /// A cosine from start to middle, then one from middle to end (`combined_cos`).
  ///
  /// - Parameters:
  ///   - startFraction: Fraction of training covered by the first cosine (`pct`).
  ///   - start: The first value.
  ///   - middle: The value between the cosines.
  ///   - end: The last value.
  /// - Returns: The combined schedule.
  public static func combinedCos(
    startFraction: Double, _ start: Double, _ middle: Double, _ end: Double
  ) -> Schedule {
    combined([startFraction, 1 - startFraction], [cosine(start, middle), cosine(middle, end)])
  }
}

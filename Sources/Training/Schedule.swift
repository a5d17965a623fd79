import Foundation

func power(_ base: Double, _ exponent: Double) -> Double { Foundation.pow(base, exponent) }

/// A number that changes over training: a function of the share that is done, from 0 to 1.
public struct Schedule: Sendable {
  private let function: @Sendable (Double) -> Double

  /// Makes a schedule from a function of the share done.
  public init(_ function: @escaping @Sendable (Double) -> Double) { self.function = function }

  /// The number at a share.
  public func callAsFunction(_ share: Double) -> Double { function(share) }

  /// Always the same.
  public static func constant(_ value: Double) -> Schedule { Schedule { _ in value } }
  /// A straight line.
  public static func linear(_ start: Double, _ end: Double) -> Schedule {
    Schedule { start + $0 * (end - start) }
  }
  /// Half a cosine: `a + (1 + cos(π(1 − p)))(b − a) / 2`.
  public static func cosine(_ start: Double, _ end: Double) -> Schedule {
    Schedule { start + (1 + cos(.pi * (1 - $0))) * (end - start) / 2 }
  }
  /// Geometric: `a (b / a)^p`.
  public static func exponential(_ start: Double, _ end: Double) -> Schedule {
    Schedule { start * power(end / start, $0) }
  }
  /// `a + (b − a) p^k`.
  public static func polynomial(_ start: Double, _ end: Double, power k: Double) -> Schedule {
    Schedule { start + (end - start) * power($0, k) }
  }

  /// Schedules one after another, each over its share of the whole.
  ///
  /// - Precondition: as many shares as schedules; they sum to 1.
  public static func combined(_ shares: [Double], _ schedules: [Schedule]) -> Schedule {
    precondition(
      shares.count == schedules.count && abs(shares.reduce(0, +) - 1) < 1e-6,
      "\(schedules.count) schedules over the shares \(shares), which must sum to 1")
    var starts = [0.0]
    for share in shares { starts.append(starts[starts.count - 1] + share) }
    let bounds = starts
    return Schedule { share in
      if share >= 1 { return schedules[schedules.count - 1](1) }
      let index =
        (bounds.lastIndex { $0 <= share + 1e-12 }).map { min($0, schedules.count - 1) } ?? 0
      let width = bounds[index + 1] - bounds[index]
      return schedules[index](min(max((share - bounds[index]) / width, 0), 1))
    }
  }

  /// Up along a cosine, then down along another.
  public static func combinedCos(
    share: Double, _ start: Double, _ middle: Double, _ end: Double
  ) -> Schedule {
    combined([share, 1 - share], [cosine(start, middle), cosine(middle, end)])
  }
}

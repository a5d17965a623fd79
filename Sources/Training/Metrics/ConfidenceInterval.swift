/// An interval of 95 % confidence.
public struct ConfidenceInterval: Sendable, Equatable, Codable {
  /// The lower end.
  public let low: Double
  /// The upper end.
  public let high: Double

  /// The 97.5th percentile of the normal distribution.
  package static let normalQuantile = 1.959963984540054

  /// Creates an interval.
  ///
  /// - Precondition: `low` is not above `high`.
  public init(low: Double, high: Double) {
    precondition(low <= high, "an interval from \(low) to \(high)")
    self.low = low
    self.high = high
  }

  /// Wilson's score interval of a proportion.
  ///
  /// It never leaves 0...1 and has a width also at 0 and 1. It takes the items as independent: several images of one
  /// patient make it too narrow. Source: Wilson, J. Am. Stat. Assoc. 22 (1927).
  ///
  /// - Parameters:
  ///   - successes: The number of items that count.
  ///   - total: The number of items.
  /// - Returns: The interval; nil if there are no items.
  public static func wilson(_ successes: Int, of total: Int) -> ConfidenceInterval? {
    precondition(
      successes >= 0 && successes <= total, "\(successes) successes of \(total) items")
    guard total > 0 else { return nil }
    let (n, z) = (Double(total), normalQuantile)
    let p = Double(successes) / n
    let middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    let half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    return ConfidenceInterval(
      low: successes == 0 ? 0 : max(0, middle - half),
      high: successes == total ? 1 : min(1, middle + half))
  }
}

/// A measured value and its interval.
public struct Estimate: Sendable, Equatable, Codable {
  /// The value; nil if it is not defined, such as a ratio 0/0.
  public let value: Double?
  /// The interval of 95 % confidence; nil if it is not defined.
  public let interval: ConfidenceInterval?

  /// Creates an estimate; a value or an interval that is not finite counts as not defined.
  public init(_ value: Double?, _ interval: ConfidenceInterval? = nil) {
    self.value = value.flatMap { $0.isFinite ? $0 : nil }
    let ends = interval.map { $0.low.isFinite && $0.high.isFinite } ?? false
    self.interval = self.value == nil || !ends ? nil : interval
  }

  /// A proportion with Wilson's interval; not defined if there are no items.
  public static func proportion(_ successes: Int, of total: Int) -> Estimate {
    Estimate(
      total == 0 ? nil : Double(successes) / Double(total),
      ConfidenceInterval.wilson(successes, of: total))
  }

  /// An estimate that is not defined.
  public static let undefined = Estimate(nil)
}

import Foundation

/// Learning rates for parameter groups, as a number or a slice in fastai.
public enum LearningRates: Sendable, Equatable, ExpressibleByFloatLiteral,
  ExpressibleByIntegerLiteral
{
  /// The same rate for all groups (a number).
  case same(Double)
  /// This rate for the last group and a tenth of it for the others (`slice(rate)`).
  case last(Double)
  /// Geometrically spaced from the first group to the last (`slice(first, last)`).
  case range(Double, Double)
  /// One rate per group (a list).
  case each([Double])

  /// Creates the same rate for all groups from a number.
  public init(floatLiteral value: Double) { self = .same(value) }

  /// Creates the same rate for all groups from a number.
  public init(integerLiteral value: Int) { self = .same(Double(value)) }

  /// Returns the rate of each group.
  ///
  /// - Precondition: `.each` has one rate per group.
  package func values(groups: Int) -> [Double] {
    switch self {
    case .same(let rate): return [Double](repeating: rate, count: groups)
    case .last(let rate): return [Double](repeating: rate / 10, count: groups - 1) + [rate]
    case .range(let first, let last):
      guard groups > 1 else { return [last] }
      let ratio = last / first
      return (0..<groups).map { first * pow(ratio, Double($0) / Double(groups - 1)) }
    case .each(let rates):
      precondition(rates.count == groups, "\(rates.count) learning rates for \(groups) groups")
      return rates
    }
  }
}

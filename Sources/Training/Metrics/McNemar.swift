import Foundation

/// McNemar's exact test: whether one of two classifiers is right more often on the same items.
///
/// Only items that one of them gets right and the other wrong count; without a difference they would be divided like coin
/// tosses. Source: McNemar, Psychometrika 12 (1947); the exact form is a binomial test.
public struct McNemar: Sendable, Equatable {
  /// Items that only the first is right about.
  public let onlyFirst: Int
  /// Items that only the second is right about.
  public let onlySecond: Int
  /// The number of items.
  public let items: Int
  /// The two-sided probability of a division at least as uneven if both were right equally often.
  public let pValue: Double

  /// The second accuracy minus the first; NaN without items.
  public var difference: Double { Double(onlySecond - onlyFirst) / Double(items) }

  /// Counts items.
  ///
  /// - Parameters:
  ///   - first: Whether the first classifier is right about each item.
  ///   - second: Whether the second is.
  /// - Precondition: Both have the same number of items.
  public init(first: [Bool], second: [Bool]) {
    precondition(first.count == second.count, "\(first.count) items beside \(second.count)")
    let pairs = zip(first, second)
    onlyFirst = pairs.count { $0 && !$1 }
    onlySecond = pairs.count { !$0 && $1 }
    items = first.count
    let (n, k) = (onlyFirst + onlySecond, min(onlyFirst, onlySecond))
    // Σ C(n, i) / 2ⁿ up to k, by logarithms.
    let all: Double = lgamma(Double(n) + 1) - Double(n) * log(2.0)
    var half = 0.0
    for i in 0...k {
      let orders: Double = lgamma(Double(i) + 1) + lgamma(Double(n - i) + 1)
      half += exp(all - orders)
    }
    pValue = min(1, 2 * half)
  }
}

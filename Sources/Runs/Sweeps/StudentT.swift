import Glibc
package import Training

/// Student's t distribution.
package enum StudentT {
  /// The probability of a value at most `t`.
  static func cumulative(_ t: Double, degreesOfFreedom n: Double) -> Double {
    let tail = incompleteBeta(n / (n + t * t), n / 2, 0.5) / 2
    return t < 0 ? tail : 1 - tail
  }

  /// The value that is not exceeded with a probability, by bisection.
  ///
  /// - Precondition: The probability is between 0.5 and 1, and there is at least one degree of freedom.
  package static func quantile(_ probability: Double, degreesOfFreedom n: Int) -> Double {
    precondition(
      probability >= 0.5 && probability < 1 && n >= 1,
      "probability \(probability), \(n) degrees of freedom")
    var (low, high) = (0.0, 1.0)
    while cumulative(high, degreesOfFreedom: Double(n)) < probability { high *= 2 }
    for _ in 0..<200 where low < high {
      let middle = (low + high) / 2
      if middle == low || middle == high { break }
      if cumulative(middle, degreesOfFreedom: Double(n)) < probability {
        low = middle
      } else {
        high = middle
      }
    }
    return high
  }

  /// The regularized incomplete beta function, by Lentz's continued fraction (Numerical Recipes, 6.4).
  private static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
    let beta = lgamma(a) + lgamma(b) - lgamma(a + b)
    let front = exp(a * log(x) + b * log(1 - x) - beta) / a
    let tiny = 1e-300
    var (c, d) = (1.0, 1 - (a + b) * x / (a + 1))
    d = 1 / (abs(d) < tiny ? tiny : d)
    var value = d
    for step in 1...10_000 {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      for numerator in [even, odd] {
        d = 1 + numerator * d
        d = 1 / (abs(d) < tiny ? tiny : d)
        c = 1 + numerator / c
        if abs(c) < tiny { c = tiny }
        value *= c * d
      }
      if abs(c * d - 1) < 1e-15 { break }
    }
    return front * value
  }

  /// The mean of values with its t interval of 95 %; no interval for fewer than two values.
  package static func mean(_ values: [Double]) -> Estimate {
    guard !values.isEmpty else { return .undefined }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    guard values.count > 1 else { return Estimate(mean) }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let error = (squares / (count - 1) / count).squareRoot()
    let half = quantile(0.975, degreesOfFreedom: values.count - 1) * error
    return Estimate(mean, half > 0 ? ConfidenceInterval(low: mean - half, high: mean + half) : nil)
  }
}

extension RandomSource {
  /// A number with the gamma distribution of this shape and scale 1.
  ///
  /// Reference: Marsaglia and Tsang, "A Simple Method for Generating Gamma Variables", ACM TOMS 26 (2000).
  ///
  /// - Precondition: `shape` is positive.
  package mutating func gamma(_ shape: Double) -> Double { LibM.exp(logGamma(shape)) }

  /// A number between 0 and 1 with the beta distribution (`torch.distributions.Beta`).
  ///
  /// - Parameters:
  ///   - a: The first parameter (`concentration1`).
  ///   - b: The second parameter (`concentration0`).
  /// - Returns: The next number.
  /// - Precondition: Both are positive.
  public mutating func beta(_ a: Double, _ b: Double) -> Double {
    // From logarithms, since both gamma numbers underflow to 0 for small parameters.
    let x = logGamma(a)
    let y = logGamma(b)
    return 1 / (1 + LibM.exp(y - x))
  }

  /// The logarithm of a number with the gamma distribution.
  private mutating func logGamma(_ shape: Double) -> Double {
    precondition(
      shape > 0 && shape.isFinite, "a parameter of the gamma distribution is \(shape)")
    // A shape below 1 is raised by one; a power of a uniform number corrects the result.
    let boost = shape < 1 ? LibM.log(1 - uniform()) / shape : 0
    let d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let t = 1 + c * x
      guard t > 0 else { continue }
      let v = t * t * t
      // 1 - uniform() is in (0, 1], so its logarithm is finite.
      let u = 1 - uniform()
      if LibM.log(u) < 0.5 * x * x + d * (1 - v + LibM.log(v)) {
        return LibM.log(d) + LibM.log(v) + boost
      }
    }
  }
}

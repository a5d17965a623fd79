/// How many boxes are made from a map, and by which rule.
public struct BoxOptions: Sendable, Hashable, Codable {
  /// The rule.
  public var rule: BoxRule
  /// The smallest region that becomes a box, as a share of the model's input; `peakCell` ignores it.
  public var minimumArea: Double
  /// The most boxes of one map; those with the highest scores are kept.
  public var maximumCount: Int

  /// Creates options.
  ///
  /// - Parameters:
  ///   - rule: The rule. Default: a quarter of the maximum, near what masks of synthetic films gave for the default maps;
  ///     a threshold that was calibrated for the model is better.
  ///   - minimumArea: The smallest region that becomes a box, as a share of the model's input, 0 to 1. Default: 0.1 %, a
  ///     square of 7 pixels for an input of 224.
  ///   - maximumCount: The most boxes of one map, at least 1.
  public init(
    rule: BoxRule = .relative(0.25), minimumArea: Double = 0.001, maximumCount: Int = 3
  ) {
    precondition(
      (0...1).contains(minimumArea), "an area is a share of 0 to 1, not \(minimumArea)")
    precondition(maximumCount >= 1, "at least 1 box is wanted, not \(maximumCount)")
    self.rule = rule
    self.minimumArea = minimumArea
    self.maximumCount = maximumCount
  }

  /// fmi's: the cell of the highest value.
  public static let fmi = BoxOptions(rule: .peakCell, minimumArea: 0, maximumCount: 1)
}

/// Losses by learning rate, and the rates that they suggest: the result of `Learner.lrFind`.
public struct LRFindResult: Sendable, Equatable {
  /// A learning rate that a method suggests.
  public struct Suggestion: Sendable, Equatable, Codable {
    /// The method.
    public let method: SuggestionMethod
    /// The suggested rate.
    public let learningRate: Double
    /// The rate of the point of the curve to mark; for `minimum` ten times the suggested rate.
    public let markedRate: Double
    /// The loss of the point of the curve to mark.
    public let markedLoss: Double
  }

  /// The learning rate of each iteration that ran (`recorder.lrs`).
  public let learningRates: [Double]
  /// The smoothed loss after each iteration that ran (`recorder.losses`); NaN is possible.
  public let losses: [Double]
  /// Number of iterations of a search that does not diverge (`num_it`).
  public let iterations: Int
  /// The suggestions of the methods that were asked for; without those that the losses are too few for.
  public let suggestions: [Suggestion]

  package init(
    learningRates: [Double], losses: [Double], iterations: Int, methods: [SuggestionMethod]
  ) {
    precondition(
      learningRates.count == losses.count,
      "\(learningRates.count) learning rates for \(losses.count) losses")
    self.learningRates = learningRates
    self.losses = losses
    self.iterations = iterations
    let used = Self.usedRange(losses, iterations: iterations)
    suggestions = methods.compactMap {
      $0.suggestion(Array(learningRates[used]), Array(losses[used]))
    }
  }

  /// The iterations that suggestions are based on: without the first tenth, the last five, and all from the first that is
  /// not finite.
  package var usedRange: Range<Int> { Self.usedRange(losses, iterations: iterations) }

  private static func usedRange(_ losses: [Double], iterations: Int) -> Range<Int> {
    let start = min(iterations / 10, losses.count)
    let end = max(losses.count - 5, start)
    let bad = losses[start..<end].firstIndex { !$0.isFinite }
    return start..<(bad ?? end)
  }

  /// The rate that a method suggests; nil if the losses are too few or the method was not asked for.
  public subscript(method: SuggestionMethod) -> Double? {
    suggestions.first { $0.method == method }?.learningRate
  }

  /// The rate that `valley` suggests; nil if the losses are too few or it was not asked for.
  public var valley: Double? { self[.valley] }
  /// The rate that `slide` suggests; nil if the losses are too few or it was not asked for.
  public var slide: Double? { self[.slide] }
  /// The rate that `minimum` suggests; nil if the losses are too few or it was not asked for.
  public var minimum: Double? { self[.minimum] }
  /// The rate that `steep` suggests; nil if the losses are too few or it was not asked for.
  public var steep: Double? { self[.steep] }
}

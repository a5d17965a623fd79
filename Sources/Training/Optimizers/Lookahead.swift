public import Tensors

/// fastai's Lookahead: every k steps, slow weights move towards the weights by a factor α, and the weights are set to them.
///
///     Learner(model: model, train: batches, rule: Lookahead(Adam()))
///     Learner(model: model, train: batches, rule: Lookahead.ranger())
///
/// The steps of each parameter are counted from its first, which is the same for all parameters of a network that trains
/// as a whole.
///
/// Reference: Zhang, Lucas, Hinton and Ba, "Lookahead Optimizer: k Steps Forward, 1 Step Back", 2019.
public struct Lookahead: UpdateRule {
  private let rule: any UpdateRule
  private let k: Int
  private let alpha: Double
  /// Default hyperparameters of the wrapped rule.
  public var defaults: Hyperparameters { rule.defaults }
  /// The state of the wrapped rule and the slow weights.
  public let stateNames: [String]

  /// Creates the rule.
  ///
  /// - Parameters:
  ///   - rule: The rule of the steps between (`opt`).
  ///   - k: Number of steps after which the slow weights move.
  ///   - alpha: The part of the way that the slow weights move.
  /// - Precondition: `k` is at least 1.
  public init(_ rule: any UpdateRule, k: Int = 6, alpha: Double = 0.5) {
    precondition(k > 0, "k is \(k); it must be at least 1")
    self.rule = rule
    self.k = k
    self.alpha = alpha
    // A wrapped Lookahead has slow weights too.
    let others = rule.stateNames.count { $0.hasPrefix("slowWeights") }
    stateNames = rule.stateNames + ["slowWeights" + (others == 0 ? "" : "\(others + 1)")]
  }

  /// Lookahead over RAdam (`ranger`): momentum 0.95, ε 1e-6, weight decay 0.01.
  ///
  /// - Parameters:
  ///   - momentum: β₁ of RAdam (`mom`).
  ///   - squareMomentum: β₂ of RAdam (`sqr_mom`).
  ///   - epsilon: Added to the denominator (`eps`).
  ///   - weightDecay: Weight decay (`wd`).
  ///   - k: Number of steps after which the slow weights move.
  ///   - alpha: The part of the way that the slow weights move.
  ///   - beta: β of a softplus of RAdam's denominator; 0 for none.
  ///   - isDecoupled: Decay the weights instead of adding to the gradient (`decouple_wd`).
  /// - Returns: The rule.
  public static func ranger(
    momentum: Double = 0.95, squareMomentum: Double = 0.99, epsilon: Double = 1e-6,
    weightDecay: Double = 0.01, k: Int = 6, alpha: Double = 0.5, beta: Double = 0,
    isDecoupled: Bool = true
  ) -> Lookahead {
    let values = Hyperparameters(
      momentum: momentum, squareMomentum: squareMomentum, epsilon: epsilon, weightDecay: weightDecay
    )
    return Lookahead(RAdam(values, beta: beta, isDecoupled: isDecoupled), k: k, alpha: alpha)
  }

  /// Updates a parameter in place.
  public func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor], step: UpdateStep
  ) {
    var slow = state.removeLast()
    if step.number == 1 { slow = parameter }
    rule.update(&parameter, gradient: gradient, state: &state, step: step)
    if step.number.isMultiple(of: k) { parameter.lookaheadStep(alpha, slow: &slow) }
    state.append(slow)
  }
}

public import Tensors

/// Integrated gradients (Sundararajan et al., arXiv:1703.01365).
///
///     attribution = (x − baseline) · ∫₀¹ ∂score/∂x (baseline + a (x − baseline)) da
///
/// The attributions add up to the score of `x` minus that of the baseline.
public struct IntegratedGradients: InputMapMethod {
  /// How the integral is approximated.
  public enum Rule: String, Sendable, CaseIterable {
    /// Points in the middle of equal steps.
    case midpoint
    /// Points at the starts of equal steps.
    case left
    /// Points at the ends of equal steps.
    case right
    /// Points from 0 to 1, half the weight at both ends.
    case trapezoid
  }

  /// The name on the command line.
  public var name: String { "integrated-gradients" }
  /// The name in captions.
  public var title: String { "Integrated gradients" }
  private let steps: Int
  private let rule: Rule
  private let baseline: Float

  /// Creates the method.
  ///
  /// - Parameters:
  ///   - steps: The number of points on the path.
  ///   - rule: How the integral is approximated.
  ///   - baseline: The value of the baseline image, in normalized units; 0 is the mean image.
  public init(steps: Int = 50, rule: Rule = .midpoint, baseline: Float = 0) {
    precondition(
      steps > (rule == .trapezoid ? 1 : 0), "\(steps) steps are too few for the rule \(rule)")
    self.steps = steps
    self.rule = rule
    self.baseline = baseline
  }

  /// The attribution of each value of the input, `[batch, channels, height, width]`.
  public func attributions(_ context: MapContext) -> Tensor {
    let difference = context.input - baseline
    var sum = Tensor.zeros(difference.shape)
    for step in 0..<steps {
      let (k, n) = (Double(step), Double(steps))
      var (place, weight) = (0.0, 1 / n)
      switch rule {
      case .midpoint: place = (k + 0.5) / n
      case .left: place = k / n
      case .right: place = (k + 1) / n
      case .trapezoid:
        place = k / (n - 1)
        weight = (step == 0 || step == steps - 1 ? 0.5 : 1) / (n - 1)
      }
      sum = sum + context.inputGradient(at: difference * Float(place) + baseline) * Float(weight)
    }
    return difference * sum
  }
}

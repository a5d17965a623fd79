import CKernels

extension Tensor {
  /// Approximation of the normal distribution function in `gelu`.
  public enum GELUApproximation: Sendable {
    /// Exact (`'none'`).
    case none
    /// By a hyperbolic tangent (`'tanh'`).
    case tanh
  }

  /// A function of each element with up to two parameters; saves the input.
  ///
  /// `keepsLayout` if f(0) = 0, so that padding stays zero.
  func activated(
    _ op: lb_activation, _ a: Float = 0, _ b: Float = 0, _ name: StaticString,
    keepsLayout: Bool = true
  ) -> Tensor {
    requireFloat(name)
    let x = keepsLayout ? detached : rowMajor.detached
    let y = Tensor(uninitialized: shape, layout: x.layout, physicalCount: x.physicalCount)
    lb_activation_forward(op, x.floats, a, b, y.floats, x.physicalCount)
    return y.recorded("\(name)", from: [self]) { dy in
      let dy = dy.reordered(to: x.oneDNNLayout)
      let dx = Tensor(uninitialized: x.shape, layout: x.layout, physicalCount: x.physicalCount)
      lb_activation_backward(op, x.floats, dy.floats, a, b, dx.floats, x.physicalCount)
      return [dx]
    }
  }

  /// Leaky ReLU: `y = x` where `x > 0`, else `negativeSlope · x` (`F.leaky_relu`).
  ///
  /// The gradient at 0 is `negativeSlope`. Saves the input; keeps the physical layout.
  /// Reference: Maas et al., "Rectifier nonlinearities improve neural network acoustic models" (2013).
  public func leakyReLU(negativeSlope: Float = 0.01) -> Tensor {
    activated(LB_LEAKY_RELU, negativeSlope, 0, "leakyReLU")
  }

  /// ELU: `y = x` where `x > 0`, else `alpha · (e^x − 1)` (`F.elu`).
  ///
  /// Saves the input; keeps the physical layout. Reference: Clevert et al., arXiv:1511.07289.
  public func elu(alpha: Float = 1) -> Tensor { activated(LB_ELU, alpha, 0, "elu") }

  /// GELU: `y = x Φ(x)`, `dx = dy (Φ(x) + x φ(x))` (`F.gelu`).
  ///
  /// - Parameter approximate: `.tanh`: `Φ(x) ≈ (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2`.
  /// - Returns: A tensor of the same shape.
  ///
  /// Saves the input; keeps the physical layout. Reference: Hendrycks and Gimpel, arXiv:1606.08415.
  public func gelu(approximate: GELUApproximation = .none) -> Tensor {
    activated(approximate == .none ? LB_GELU : LB_GELU_TANH, 0, 0, "gelu")
  }

  /// SiLU or swish: `y = x / (1 + e^-x)` (`F.silu`).
  ///
  /// Saves the input; keeps the physical layout. Reference: Elfwing et al., arXiv:1702.03118.
  public func silu() -> Tensor { activated(LB_SILU, 0, 0, "silu") }

  /// Hardswish: `y = x · min(max(x / 6 + 1/2, 0), 1)` (`F.hardswish`).
  ///
  /// Saves the input; keeps the physical layout. Reference: Howard et al., arXiv:1905.02244.
  public func hardswish() -> Tensor { activated(LB_HARDSWISH, 0, 0, "hardswish") }

  /// Softplus: `y = log(1 + e^(beta · x)) / beta` (`F.softplus`).
  ///
  /// - Precondition: `beta` is positive.
  public func softplus(beta: Float = 1) -> Tensor {
    precondition(beta > 0, "softplus: beta must be positive, got \(beta)")
    return activated(LB_SOFTPLUS, beta, 0, "softplus", keepsLayout: false)
  }

  /// Each element limited to a range (`clamp`); `-1...1` is hardtanh.
  ///
  /// The gradient is `dy` inside the range, bounds included, and 0 outside. NaN stays NaN.
  public func clamped(to range: ClosedRange<Float>) -> Tensor {
    activated(
      LB_CLAMP, range.lowerBound, range.upperBound, "clamped", keepsLayout: range.contains(0))
  }
}

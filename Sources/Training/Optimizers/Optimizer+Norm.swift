import Foundation
import Layers
import Tensors

extension Optimizer {
  /// The p-norm over all gradients (`torch.nn.utils.get_total_norm`); NaN or infinite if one of them is not finite.
  ///
  /// - Parameter p: The exponent; `.infinity` for the largest absolute value (`norm_type`).
  /// - Returns: The norm; 0 without gradients.
  /// - Precondition: `p` is positive.
  public func gradientNorm(_ p: Double) -> Double {
    if p == 2 { return gradientNorm }
    let norms = groups.joined().compactMap { $0.parameter.gradient?.norm(p) }
    // `max` passes over NaN.
    if norms.contains(where: \.isNaN) { return .nan }
    guard p != .infinity else { return norms.max() ?? 0 }
    return pow(norms.reduce(0) { $0 + pow($1, p) }, 1 / p)
  }
}

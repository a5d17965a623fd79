import CKernels

extension Tensor {
  /// The p-norm of all elements: (Σ |x|ᵖ)^(1/p), or the largest absolute value if `p` is infinite
  /// (`torch.linalg.vector_norm`).
  ///
  /// NaN if an element is NaN.
  ///
  /// - Precondition: `p` is positive.
  package func norm(_ p: Double) -> Double {
    requireFloat("norm")
    precondition(p > 0, "norm: p must be positive, got \(p)")
    // Padding is zero, which changes no sum and no maximum.
    if p == .infinity { return Double(lb_max_abs(floats, physicalCount)) }
    if p == 2 { return norm }
    return LibM.pow(lb_sum_powers(floats, p, physicalCount), 1 / p)
  }
}

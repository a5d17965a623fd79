import CKernels

/// Hyperparameters of one step of LARC or LARS; see `Tensor.larcStep`.
package struct LARCStep: Sendable {
  package var sgd: SGDStep
  package var trustCoefficient: Double
  /// The group's weight decay, also for a parameter that does not decay.
  package var weightDecay: Double
  package var epsilon: Double
  package var clips: Bool

  package init(
    sgd: SGDStep, trustCoefficient: Double, weightDecay: Double, epsilon: Double, clips: Bool
  ) {
    self.sgd = sgd
    self.trustCoefficient = trustCoefficient
    self.weightDecay = weightDecay
    self.epsilon = epsilon
    self.clips = clips
  }
}

extension Tensor {
  /// One step of LAMB, in place.
  ///
  ///     u = m̂ / (√v̂ + ε);  q = min(rms(p) / rms(u), 10), 1 if either is 0;  p ← p − lr·q·u
  ///
  /// The state is m and v; m̂ and v̂ are corrected for their start at zero.
  package mutating func lambStep(_ s: AdamStep, gradient: Tensor, state: inout [Tensor]) {
    let step = lb_lamb(
      decay: s.decay.native, rate: Float(s.learningRate), beta1: Float(s.beta1),
      beta2: Float(s.beta2), epsilon: Float(s.epsilon), debias1: debias(s.beta1, s.step),
      debias2: debias(s.beta2, s.step))
    updateInPlace("lamb", gradient: gradient, state: &state) { p, g, state, count in
      lb_lamb_step(step, p, g, state[0], state[1], count)
    }
  }

  /// One step of SGD with a local rate, in place.
  ///
  ///     local = lr·trust·‖p‖ / (‖g‖ + wd‖p‖ + ε);  p ← p − min(lr, local)·m
  ///
  /// The state is m; empty without momentum.
  package mutating func larcStep(_ s: LARCStep, gradient: Tensor, state: inout [Tensor]) {
    let step = lb_larc(
      sgd: s.sgd.native, trust: Float(s.trustCoefficient), weight_decay: Float(s.weightDecay),
      epsilon: Float(s.epsilon), clips: s.clips)
    updateInPlace("larc", gradient: gradient, state: &state) { p, g, state, count in
      lb_larc_step(step, p, g, state.first, count)
    }
  }
}

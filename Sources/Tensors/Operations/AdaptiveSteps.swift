import CKernels

/// Hyperparameters of one step of RMSprop; see `Tensor.rmsPropStep`.
package struct RMSPropStep: Sendable {
  package var decay: StepDecay
  package var learningRate: Double
  package var momentum: Double
  package var squareMomentum: Double
  package var epsilon: Double
  /// Whether the average holds gradients that are divided by the root (PyTorch).
  package var dividesFirst: Bool
  package var hasMomentum: Bool
  package var isCentered: Bool

  package init(
    decay: StepDecay, learningRate: Double, momentum: Double, squareMomentum: Double,
    epsilon: Double, dividesFirst: Bool, hasMomentum: Bool, isCentered: Bool
  ) {
    self.decay = decay
    self.learningRate = learningRate
    self.momentum = momentum
    self.squareMomentum = squareMomentum
    self.epsilon = epsilon
    self.dividesFirst = dividesFirst
    self.hasMomentum = hasMomentum
    self.isCentered = isCentered
  }
}

/// Hyperparameters of one step of QHAdam; see `Tensor.qhAdamStep`.
package struct QHAdamStep: Sendable {
  package var decay: StepDecay
  package var learningRate: Double
  package var beta1: Double
  package var beta2: Double
  package var nu1: Double
  package var nu2: Double
  package var epsilon: Double
  package var step: Int

  package init(
    decay: StepDecay, learningRate: Double, beta1: Double, beta2: Double, nu1: Double, nu2: Double,
    epsilon: Double, step: Int
  ) {
    self.decay = decay
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.nu1 = nu1
    self.nu2 = nu2
    self.epsilon = epsilon
    self.step = step
  }
}

extension Tensor {
  /// One step of RMSprop, in place.
  ///
  ///     v ← αv + (1 − α)g²;  r = √v + ε
  ///     without momentum:      p ← p − lr·g / r
  ///     PyTorch:               m ← momentum·m + g / r;  p ← p − lr·m
  ///     fastai:                m ← momentum·m + g;      p ← p − lr·m / r
  ///
  /// Centered, `r = √(v − c²) + ε` with `c ← αc + (1 − α)g`.
  ///
  /// The state is v, then m if there is momentum, then c if it is centered.
  package mutating func rmsPropStep(_ s: RMSPropStep, gradient: Tensor, state: inout [Tensor]) {
    let step = lb_rmsprop(
      decay: s.decay.native, rate: Float(s.learningRate), momentum: Float(s.momentum),
      alpha: Float(s.squareMomentum), epsilon: Float(s.epsilon), divides_first: s.dividesFirst)
    updateInPlace("rmsprop", gradient: gradient, state: &state) { p, g, state, count in
      lb_rmsprop_step(
        step, p, g, state[0], s.hasMomentum ? state[1] : nil, s.isCentered ? state.last : nil, count
      )
    }
  }

  /// One step of QHAdam, in place.
  ///
  ///     p ← p − lr ((1 − ν₁)g + ν₁m̂) / (√((1 − ν₂)g² + ν₂v̂) + ε)
  ///
  /// The state is m and v; m̂ and v̂ are corrected for their start at zero.
  package mutating func qhAdamStep(_ s: QHAdamStep, gradient: Tensor, state: inout [Tensor]) {
    let step = lb_qhadam(
      decay: s.decay.native, rate: Float(s.learningRate), beta1: Float(s.beta1),
      beta2: Float(s.beta2), nu1: Float(s.nu1), nu2: Float(s.nu2), epsilon: Float(s.epsilon),
      debias1: debias(s.beta1, s.step), debias2: debias(s.beta2, s.step))
    updateInPlace("qhadam", gradient: gradient, state: &state) { p, g, state, count in
      lb_qhadam_step(step, p, g, state[0], state[1], count)
    }
  }
}

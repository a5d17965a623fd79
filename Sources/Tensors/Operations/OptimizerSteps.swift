import CKernels

/// What all optimizer steps share: weight decay and the scale of the gradient.
package struct StepDecay: Sendable {
  /// Factor of the parameter: `1 − lr·wd` where the decay is decoupled, else 1.
  fileprivate let keep: Float
  /// Factor of the parameter that is added to the gradient: `wd` where the decay is an L2 penalty, else 0.
  fileprivate let l2: Float
  fileprivate let gradientScale: Float

  package init(
    learningRate: Double, weightDecay: Double, isDecoupled: Bool, gradientScale: Double
  ) {
    keep = isDecoupled ? 1 - Float(learningRate) * Float(weightDecay) : 1
    l2 = isDecoupled ? 0 : Float(weightDecay)
    self.gradientScale = Float(gradientScale)
  }

  var native: lb_decay { lb_decay(keep: keep, l2: l2, gradient_scale: gradientScale) }
}

/// Hyperparameters of one step of Adam or RAdam; see `Tensor.adamStep`.
package struct AdamStep: Sendable {
  package var decay: StepDecay
  package var learningRate: Double
  package var beta1: Double
  package var beta2: Double
  package var epsilon: Double
  package var step: Int
  /// RAdam's factor of the step.
  package var rectification = 1.0
  /// Whether the average is divided by the root; RAdam does not in its first steps.
  package var hasDenominator = true
  /// RAdam: β of the softplus of the denominator; 0 for none.
  package var softplus = 0.0

  package init(
    decay: StepDecay, learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, step: Int
  ) {
    self.decay = decay
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.step = step
  }
}

extension AdamStep {
  /// Sets RAdam's factor, or removes the denominator where the variance of the adaptive rate is not tractable (r ≤ 5).
  package mutating func rectify() {
    let power = LibM.pow(beta2, step)
    let limit = 2 / (1 - beta2) - 1
    let r = limit - 2 * Double(step) * power / (1 - power)
    hasDenominator = r > 5
    guard hasDenominator else { return }
    rectification = ((r - 4) * (r - 2) * limit / ((limit - 4) * (limit - 2) * r)).squareRoot()
  }

  /// Adds ε to the root before the bias correction of the root: `(√v + ε) / √(1 − β₂ᵗ)`.
  package mutating func addEpsilonToRoot() {
    epsilon /= (1 - LibM.pow(beta2, step)).squareRoot()
  }
}

/// Hyperparameters of one SGD step; see `Tensor.sgdStep`.
package struct SGDStep: Sendable {
  package var decay: StepDecay
  package var learningRate: Double
  package var momentum: Double
  /// Factor of the gradient in the average, `1 − dampening`.
  package var gain: Double
  package var isNesterov: Bool

  package init(
    decay: StepDecay, learningRate: Double, momentum: Double, gain: Double = 1,
    isNesterov: Bool = false
  ) {
    self.decay = decay
    self.learningRate = learningRate
    self.momentum = momentum
    self.gain = gain
    self.isNesterov = isNesterov
  }

  var native: lb_sgd {
    lb_sgd(
      decay: decay.native, rate: Float(learningRate), momentum: Float(momentum), gain: Float(gain),
      nesterov: isNesterov)
  }
}

/// The factor `1 − βᵗ` of an average that started at zero.
func debias(_ beta: Double, _ step: Int) -> Float { Float(1 - LibM.pow(beta, step)) }

extension Tensor {
  /// Zeros in the physical layout of this tensor, for optimizer state (`zeros_like`).
  package var zerosAlike: Tensor {
    let result = Tensor(uninitialized: shape, layout: layout, physicalCount: physicalCount)
    lb_fill(result.floats, 0, physicalCount)
    return result
  }

  /// The tensor in the physical layout of another.
  package func laidOut(as other: Tensor) -> Tensor { reordered(to: other.oneDNNLayout) }

  /// Runs a kernel that changes this tensor and state tensors of the same layout in place.
  mutating func updateInPlace(
    _ name: StaticString, gradient: Tensor, state: inout [Tensor],
    _ kernel: (
      _ parameter: UnsafeMutablePointer<Float>, _ gradient: UnsafePointer<Float>,
      _ state: [UnsafeMutablePointer<Float>], _ count: Int
    ) -> Void
  ) {
    makeUnique()
    for index in state.indices { state[index].makeUnique() }
    let g = gradient.laidOut(as: self)
    Profiler.measure(name) { kernel(floats, g.floats, state.map(\.floats), physicalCount) }
  }

  /// One step of Adam, in place, in one pass over parameter, gradient and both averages.
  ///
  ///     p ← p (1 − lr·wd);  m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²
  ///     p ← p − lr / (1 − β₁ᵗ) · m / (√(v / (1 − β₂ᵗ)) + ε)
  ///
  /// The state is m and v, and for AMSGrad the maximum of v, which replaces v in the denominator.
  package mutating func adamStep(_ s: AdamStep, gradient: Tensor, state: inout [Tensor]) {
    var step = lb_adam()
    step.decay = s.decay.native
    step.rate = Float(s.learningRate) / debias(s.beta1, s.step) * Float(s.rectification)
    step.beta1 = Float(s.beta1)
    step.beta2 = Float(s.beta2)
    step.epsilon = Float(s.epsilon)
    step.debias2 = debias(s.beta2, s.step)
    step.softplus = Float(s.softplus)
    step.has_denominator = s.hasDenominator
    updateInPlace("adam", gradient: gradient, state: &state) { p, g, state, count in
      lb_adam_step(step, p, g, state[0], state[1], state.count > 2 ? state[2] : nil, count)
    }
  }

  /// One step of SGD, in place: `m ← momentum·m + gain·g; p ← p (1 − lr·wd) − lr·m`.
  ///
  /// The state is m; empty without momentum.
  package mutating func sgdStep(_ s: SGDStep, gradient: Tensor, state: inout [Tensor]) {
    let step = s.native
    updateInPlace("sgd", gradient: gradient, state: &state) { p, g, state, count in
      lb_sgd_step(step, p, g, state.first, count)
    }
  }

  /// Moves slow weights towards this tensor and sets both to the result, in place (`Lookahead`).
  package mutating func lookaheadStep(_ alpha: Double, slow: inout Tensor) {
    makeUnique()
    slow.makeUnique()
    Profiler.measure("lookahead") {
      lb_lookahead_step(floats, slow.floats, Float(alpha), physicalCount)
    }
  }
}

import CKernels

/// Hyperparameters of one Adam step; see `Tensor.adamStep`.
package struct AdamStep: Sendable {
  package var learningRate: Double
  package var beta1: Double
  package var beta2: Double
  package var epsilon: Double
  package var weightDecay: Double
  package var isDecoupled: Bool
  package var step: Int
  package var gradientScale: Double

  package init(
    learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double,
    isDecoupled: Bool, step: Int, gradientScale: Double
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.isDecoupled = isDecoupled
    self.step = step
    self.gradientScale = gradientScale
  }
}

/// Hyperparameters of one SGD step; see `Tensor.sgdStep`.
package struct SGDStep: Sendable {
  package var learningRate: Double
  package var momentum: Double
  package var weightDecay: Double
  package var isDecoupled: Bool
  package var gradientScale: Double

  package init(
    learningRate: Double, momentum: Double, weightDecay: Double, isDecoupled: Bool,
    gradientScale: Double
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.isDecoupled = isDecoupled
    self.gradientScale = gradientScale
  }
}

extension Tensor {
  /// Zeros in the physical layout of this tensor, for optimizer state (`zeros_like`).
  package var zerosAlike: Tensor {
    let result = Tensor(uninitialized: shape, layout: layout, physicalCount: physicalCount)
    lb_fill(result.floats, 0, physicalCount)
    return result
  }

  /// The tensor in the physical layout of another.
  package func laidOut(as other: Tensor) -> Tensor { reordered(to: other.oneDNNLayout) }

  /// One step of Adam after fastai, in place, in one pass over parameter, gradient and both averages.
  ///
  ///     p ← p (1 − lr·wd);  m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²
  ///     p ← p − lr / (1 − β₁ᵗ) · m / (√(v / (1 − β₂ᵗ)) + ε)
  package mutating func adamStep(
    _ s: AdamStep, gradient: Tensor, average: inout Tensor, squareAverage: inout Tensor
  ) {
    makeUnique()
    average.makeUnique()
    squareAverage.makeUnique()
    let g = gradient.laidOut(as: self)
    var step = lb_adam()
    step.learning_rate = Float(s.learningRate)
    step.beta1 = Float(s.beta1)
    step.beta2 = Float(s.beta2)
    step.epsilon = Float(s.epsilon)
    step.weight_decay = Float(s.weightDecay)
    step.debias1 = Float(1 - LibM.pow(s.beta1, s.step))
    step.debias2 = Float(1 - LibM.pow(s.beta2, s.step))
    step.gradient_scale = Float(s.gradientScale)
    step.decoupled = s.isDecoupled
    Profiler.measure("adam") {
      lb_adam_step(step, floats, g.floats, average.floats, squareAverage.floats, physicalCount)
    }
  }

  /// One step of SGD, in place: `m ← momentum·m + g; p ← p (1 − lr·wd) − lr·m`.
  package mutating func sgdStep(_ s: SGDStep, gradient: Tensor, average: inout Tensor?) {
    makeUnique()
    average?.makeUnique()
    let g = gradient.laidOut(as: self)
    var step = lb_sgd()
    step.learning_rate = Float(s.learningRate)
    step.momentum = Float(s.momentum)
    step.weight_decay = Float(s.weightDecay)
    step.gradient_scale = Float(s.gradientScale)
    step.decoupled = s.isDecoupled
    step.has_momentum = average != nil
    Profiler.measure("sgd") {
      lb_sgd_step(step, floats, g.floats, average?.floats, physicalCount)
    }
  }
}

public import Tensors

/// `max(x, 0)`.
public final class ReLU: Module {
  /// Every negative scalar replaced by zero.
  public override func forward(_ input: Tensor) -> Tensor { input.relu() }
}

/// `1 / (1 + e^-x)`.
public final class Sigmoid: Module {
  /// The logistic function of every scalar.
  public override func forward(_ input: Tensor) -> Tensor { input.sigmoid() }
}

/// The input as it is.
public final class Identity: Module {
  /// The input.
  public override func forward(_ input: Tensor) -> Tensor { input }
}

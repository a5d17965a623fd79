public import Tensors

/// The rectified linear unit, `max(x, 0)`.
public final class ReLU: Module {
  /// Applies the function to every element.
  public override func forward(_ input: Tensor) -> Tensor { input.relu() }
}

/// The logistic function, `1 / (1 + e^-x)`.
public final class Sigmoid: Module {
  /// Applies the function to every element.
  public override func forward(_ input: Tensor) -> Tensor { input.sigmoid() }
}

/// Returns its input unchanged.
package final class Identity: Module {
  package override func forward(_ input: Tensor) -> Tensor { input }
}

public import Tensors

/// The update of one parameter in one step.
public protocol UpdateRule: Sendable {
  /// Default hyperparameters.
  var defaults: Hyperparameters { get }
  /// Names of the state tensors of each parameter, which have the parameter's shape.
  var stateNames: [String] { get }
  /// Updates a parameter in place.
  ///
  /// - Parameters:
  ///   - parameter: The parameter to update.
  ///   - gradient: Its gradient, not yet multiplied by `gradientScale`.
  ///   - state: The state tensors in the order of `stateNames`; zeros in the first step.
  ///   - hyperparameters: The current hyperparameters of the parameter's group.
  ///   - step: Number of this step for this parameter, from 1.
  ///   - gradientScale: Factor to apply to the gradient (gradient clipping).
  func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor],
    hyperparameters: Hyperparameters, step: Int, gradientScale: Double)
}

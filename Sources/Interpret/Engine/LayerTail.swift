import Layers
import Tensors

/// The part of a network behind a layer.
///
/// Chains of modules (`Sequential`) are cut at the layer. If the layer is inside another module, that module runs
/// again from its own input with the layer's output replaced.
struct LayerTail {
  private let layer: Module
  /// The innermost module around the layer that is not a chain; nil if the layer itself is part of the chain.
  let enclosing: Module?
  private let rest: [Module]

  /// Nil if the layer is not a part of the model.
  init?(of layer: Module, in model: Module) {
    guard let (enclosing, rest) = Self.find(layer, in: model) else { return nil }
    self.layer = layer
    self.enclosing = enclosing
    self.rest = rest
  }

  /// Whether maps of classes and their maximum follow the layer.
  var isDenseClassifier: Bool {
    guard rest.count == 3, let classes = rest[0] as? Conv2D, rest[1] is AdaptiveMaxPool2D,
      rest[2] is Flatten, classes.weight.shape[2...] == [1, 1]
    else { return false }
    return enclosing.map { $0.modules.last === layer } ?? true
  }

  private static func find(
    _ layer: Module, in module: Module
  ) -> (enclosing: Module?, rest: [Module])? {
    if module === layer { return (nil, []) }
    guard let chain = module as? Sequential else {
      return module.modules.contains { $0 === layer } ? (module, []) : nil
    }
    for (position, child) in chain.layers.enumerated() {
      if let (enclosing, rest) = find(layer, in: child) {
        return (enclosing, rest + chain.layers[(position + 1)...])
      }
    }
    return nil
  }

  /// The output of the network for given activations of the layer.
  ///
  /// - Parameters:
  ///   - activations: Outputs of the layer, `[batch, channels, rows, columns]`.
  ///   - input: The input of the enclosing module, `[1, …]`; repeated for the batch.
  ///   - run: Runs the enclosing module.
  /// - Returns: `[batch, outputs]`.
  func output(
    for activations: Tensor, input: Tensor?, run: (Module, Tensor) -> Tensor
  ) -> Tensor {
    var x = activations
    if let enclosing {
      guard let input else { preconditionFailure("the enclosing module did not run") }
      let repeated = input.expanded(to: [activations.shape[0]] + input.shape.dropFirst())
      x = layer.returning(activations) { run(enclosing, repeated) }
    }
    return Module.inSequence(rest, x)
  }
}

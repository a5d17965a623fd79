import Layers
import Tensors

/// The part of a network behind a layer.
///
/// Chains of modules are cut at the layer. If the layer is inside another module, that module runs again from its own
/// input with the layer's output replaced.
struct LayerTail {
  private let layer: Module
  /// The innermost module around the layer that is not a chain; nil if the layer itself is part of the chain.
  let enclosing: Module?
  private let rest: [Module]

  /// Nil if the layer is not a part of the network.
  init?(of layer: Module, in network: ExplainedNetwork) {
    // The function to logits is not known to be the chain.
    let isWhole = network.hasOwnLogits && network.model is Sequential
    guard
      let (enclosing, rest) = isWhole
        ? (network.model, []) : Self.find(layer, in: network.model)
    else { return nil }
    self.layer = layer
    self.enclosing = enclosing
    self.rest = rest
  }

  private static func find(
    _ layer: Module, in module: Module
  ) -> (enclosing: Module?, rest: [Module])? {
    if module === layer { return (nil, []) }
    if let chain = (module as? any ModuleChain)?.chain {
      for (position, child) in chain.enumerated() {
        if let (enclosing, rest) = find(layer, in: child) {
          return (enclosing, rest + chain[(position + 1)...])
        }
      }
    }
    return module.modules.contains { $0 === layer } ? (module, []) : nil
  }

  /// The layers behind, without those that do nothing in evaluation.
  private var activeRest: [Module] { rest.flatMap(Self.links).filter { !($0 is Dropout) } }

  private static func links(of module: Module) -> [Module] {
    (module as? any ModuleChain)?.chain.flatMap(links) ?? [module]
  }

  /// The linear layer, if the mean over the cells and nothing else is before it.
  ///
  /// The gradient of a score is then the same in all cells, and follows from its weights.
  var linearHead: Linear? { linearHead(activeRest[...]) }

  /// Whether ReLU, the mean over the cells and one linear layer follow the layer, as the `features` of a DenseNet.
  var isRectifiedLinearHead: Bool {
    let rest = activeRest
    return rest.first is ReLU && linearHead(rest.dropFirst()) != nil
  }

  private func linearHead(_ rest: ArraySlice<Module>) -> Linear? {
    let layers = Array(rest)
    guard enclosing == nil, layers.count == 3,
      (layers[0] as? AdaptiveAvgPool2D)?.outputSize == Extent(1), layers[1] is Flatten
    else { return nil }
    return layers[2] as? Linear
  }

  /// Whether maps of classes and their maximum follow the layer.
  var isDenseClassifier: Bool {
    let rest = activeRest
    guard rest.count == 3, let classes = rest[0] as? Conv2D, rest[1] is AdaptiveMaxPool2D,
      rest[2] is Flatten, classes.weight.shape[2...] == [1, 1]
    else { return false }
    return enclosing.map { $0.modules.last === layer } ?? true
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

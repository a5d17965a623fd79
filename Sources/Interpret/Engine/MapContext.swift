public import Layers
public import Tensors

/// What a method computes a map from: a forward pass, a target, and for most methods a layer.
///
/// Values are computed when a method asks for them; the methods, layers and targets of a batch share one forward
/// pass, and the layers of a target one backward pass.
public struct MapContext {
  /// The images as the model's input, `[batch, channels, height, width]`.
  public var input: Tensor { pass.input }
  /// The outputs of the images, `[batch, outputs]`.
  public var output: Tensor { pass.output }
  /// What the map explains.
  public let target: MapTarget
  /// Whether formulas are those of pytorch-grad-cam or the corrected ones.
  public let mode: MapMode

  let pass: NetworkPass
  let layer: Module?
  /// Where the layer's cells lie in the input.
  let grid: MapGrid?

  private var tappedLayer: Module {
    guard let layer else { preconditionFailure("this method maps the input and has no layer") }
    return layer
  }

  /// The output of the layer, `[batch, channels, rows, columns]`.
  public var activation: Tensor { pass.activation(of: tappedLayer) }

  /// The gradient of the target with respect to `activation`, of its shape.
  public var gradient: Tensor { pass.gradient(of: target, at: tappedLayer) }

  /// The scores of images, `[count, channels, height, width]`, as `[count]`.
  public func scores(of inputs: Tensor) -> Tensor { target.scores(outputs(of: inputs)) }

  /// The outputs of images, `[count, outputs]`.
  public func outputs(of inputs: Tensor) -> Tensor {
    pass.network.output(of: inputs.detached).converted(to: .float32)
  }

  /// The probability of the target's class for images, `[count]`.
  ///
  /// - Precondition: The target is about one output.
  public func probabilities(of inputs: Tensor) -> Tensor {
    guard let index = target.index else {
      preconditionFailure("the target \"\(target.name)\" has no probability")
    }
    return pass.network.activation(outputs(of: inputs))[0..., index]
  }

  /// The scores for other activations of the layer, `[count]`; only the network behind the layer runs.
  ///
  /// - Parameters:
  ///   - activations: `[count, channels, rows, columns]`.
  ///   - image: The position of the image in the batch.
  /// - Returns: `[count]`.
  public func scores(replacingActivationWith activations: Tensor, image: Int) -> Tensor {
    target.scores(pass.outputs(replacing: tappedLayer, with: activations, image: image))
  }

  /// The gradient of the target with respect to an input, of its shape.
  ///
  /// - Parameters:
  ///   - input: `[count, channels, height, width]`. Default: the images.
  ///   - isGuided: Whether negative gradients stop at ReLU (guided backpropagation).
  /// - Returns: The gradient, of the input's shape.
  public func inputGradient(at input: Tensor? = nil, isGuided: Bool = false) -> Tensor {
    pass.network.inputGradient(of: target, at: input ?? self.input, isGuided: isGuided)
  }

  /// The gradients of the target with respect to the outputs of modules and to the input.
  package func gradients(at modules: [Module]) -> (modules: [Tensor?], input: Tensor) {
    pass.network.gradients(of: target, at: modules, input: input)
  }

  /// What each channel adds to the score, `[batch, channels, 1, 1]`, if the mean over the cells and one linear layer
  /// follow the layer, and the target is a linear function of the output; otherwise nil.
  var linearContributions: Tensor? {
    guard target.isLinear, LayerTail(of: tappedLayer, in: pass.network)?.linearHead != nil else {
      return nil
    }
    return (gradient * activation).sum(axes: [2, 3], keepingDimensions: true)
  }

  /// Whether a 1×1 convolution to maps of classes and their maximum follow the layer, as in PYLON.
  var hasDenseClasses: Bool {
    LayerTail(of: tappedLayer, in: pass.network)?.isDenseClassifier ?? false
  }

  /// Whether ReLU, the mean over the cells and one linear layer follow the layer.
  var hasRectifiedLinearHead: Bool {
    LayerTail(of: tappedLayer, in: pass.network)?.isRectifiedLinearHead ?? false
  }

  /// The network, for methods that need its modules.
  package var model: Module { pass.network.model }

  /// The same pass for another target.
  package func retargeted(_ target: MapTarget) -> MapContext {
    MapContext(target: target, mode: mode, pass: pass, layer: layer, grid: grid)
  }
}

/// Which formulas a map follows.
public enum MapMode: String, Sendable, Hashable, Codable, CaseIterable {
  /// pytorch-grad-cam's numbers, for comparison with it.
  case reference
  /// The papers' formulas, without the defects listed in `Docs/Interpretation.md`.
  case corrected
}

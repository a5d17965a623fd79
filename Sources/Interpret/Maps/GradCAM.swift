public import DataBlocks
import Hooks
public import Layers
import Tensors
public import Training

/// Gradient-weighted class activation maps (Selvaraju et al., arXiv:1610.02391).
///
///     weights = mean over rows and columns of ∂logit / ∂activations;  map = Σ weights · activations
///
/// Without ReLU and scaling: maps are raw and signed, as fmi's `get_cmaps` returns them. One forward pass
/// for all classes; the backward pass ends at the layer and needs no trainable parameter.
public struct GradCAM {
  /// From images to logits.
  package let model: Module
  /// The layer whose activations are weighted, a part of the model.
  package let layer: Module
  /// The classes, in the order of the outputs.
  package let vocab: [String]

  /// Creates the method for a model and a layer.
  public init(model: Module, layer: Module, vocab: [String]) {
    self.model = model
    self.layer = layer
    self.vocab = vocab
  }

  /// Creates the method for a predictor's model.
  public init(_ predictor: Predictor, layer: Module) {
    self.init(model: predictor.model, layer: layer, vocab: predictor.vocab)
  }

  /// Computes the maps of an image, the most probable class first.
  ///
  /// - Parameters:
  ///   - image: An image as the model's input.
  ///   - classes: Indices of the classes wanted. Default: all.
  /// - Returns: The maps and the geometry that places them in the original.
  /// - Throws: `MapError` if the layer did not run or has no rows and columns.
  public func callAsFunction(
    _ image: PreparedImage, classes: [Int]? = nil
  ) throws(MapError) -> Explanation {
    precondition(
      image.input.rank == 4 && image.input.shape[0] == 1,
      "a map is computed for one image, not for an input of \(image.input.shape)")
    let activations = Hook(layer)
    let gradients = HookBwd(layer)
    defer {
      activations.remove()
      gradients.remove()
    }
    let output = model.evaluating { model(image.input.detached) }
    guard let activation = activations.stored else { throw MapError(.layerDidNotRun) }
    guard activation.rank == 4 else { throw MapError(.notSpatial(shape: activation.shape)) }
    precondition(
      output.rank == 2 && output.shape[1] == vocab.count,
      "the model's output is \(output.shape) for \(vocab.count) classes")
    let probabilities = output.detached.softmax(axis: -1).floatScalars
    let order = probabilities.indices.sorted {
      (-probabilities[$0], $0) < (-probabilities[$1], $1)
    }.filter { classes?.contains($0) ?? true }
    var maps: [ClassMap] = []
    for index in order {
      output[0, index].backward(retainGraph: true)
      guard let gradient = gradients.stored else { throw MapError(.layerDidNotRun) }
      let weights = gradient[0].mean(axes: [1, 2], keepingDimensions: true)
      maps.append(
        ClassMap(
          classIndex: index, className: vocab[index], probability: Double(probabilities[index]),
          map: (weights * activation[0]).sum(axis: 0)))
    }
    return Explanation(of: image, maps: maps)
  }
}

import Hooks
public import Layers
public import Tensors

/// A map of one class: how much each cell of a layer speaks for it.
public struct ClassMap: Sendable {
  /// The class, by its number.
  public let classIndex: Int
  /// The class's name.
  public let className: String
  /// Probability that the model gives the class.
  public let probability: Double
  /// The raw, signed map, `[rows, columns]`: positive cells speak for the class, negative ones against it.
  ///
  /// Neither clipped nor scaled, so that maps of two classes can be compared.
  public let map: Tensor

  /// Makes a map from its parts; `map` is `[rows, columns]`.
  public init(classIndex: Int, className: String, probability: Double, map: Tensor) {
    precondition(
      map.rank == 2 && map.count > 0, "a map has rows and columns, not the shape \(map.shape)")
    self.classIndex = classIndex
    self.className = className
    self.probability = probability
    self.map = map
  }

  /// What is to be known before a map is believed.
  public enum Status: String, Sendable, Codable {
    /// Some cell speaks for the class.
    case evidence
    /// No cell speaks for the class: there is nothing to draw and no box.
    case noPositiveEvidence
    /// A value is not a number.
    case notFinite
  }

  /// Whether there is anything to see.
  public var status: Status {
    let values = map.floatScalars
    if !values.allSatisfy(\.isFinite) { return .notFinite }
    return values.contains { $0 > 0 } ? .evidence : .noPositiveEvidence
  }

  /// Row and column of the first cell with the highest value.
  public var peak: (row: Int, column: Int) {
    let values = map.floatScalars
    let best = values.indices.dropFirst().reduce(0) { values[$1] > values[$0] ? $1 : $0 }
    return (best / map.shape[1], best % map.shape[1])
  }
}

/// Why a map cannot be made.
public enum MapError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The layer did not run: it is not part of the model.
  case layerDidNotRun
  /// The layer's output is no image.
  case notSpatial(shape: [Int])
  /// The class does not exist.
  case noSuchClass(String, known: [String])
  /// The layer does not exist.
  case noSuchLayer(String, known: [String])

  /// One sentence, with the way out.
  public var description: String {
    switch self {
    case .layerDidNotRun: "the layer did not run: it is not part of this model"
    case .notSpatial(let shape):
      "the layer gives \(shape), which has no rows and columns: choose a convolutional layer"
    case .noSuchClass(let name, let known):
      "there is no class \"\(name)\"; there are \(known.joined(separator: ", ")), predicted and all"
    case .noSuchLayer(let path, let known):
      "there is no layer \"\(path)\"; there are, for instance, \(known.joined(separator: ", "))"
    }
  }
}

/// One Grad-CAM per class, in order of falling probability, as fmi's `get_cmaps` makes them.
///
///     weights = mean of ∂logit / ∂activations over rows and columns;  map = Σ weights · activations
///
/// One forward pass; the walk back goes from the logit to the layer only, whatever is frozen. No
/// ReLU and no scaling: the map is raw. Reference: Selvaraju et al., arXiv:1610.02391.
///
/// - Parameters:
///   - model: From images to logits; its mode is put back afterwards.
///   - layer: Where to look, a part of the model.
///   - input: One image, `[1, channels, height, width]`.
///   - classes: The classes' names.
///   - only: Classes wanted, by number; nil: all.
/// - Returns: Maps of the layer's size.
/// - Throws: `MapError` where the layer did not run or gives no image.
public func classActivationMaps(
  model: Module, layer: Module, input: Tensor, classes: [String], only: [Int]? = nil
) throws(MapError) -> [ClassMap] {
  precondition(
    input.rank == 4 && input.shape[0] == 1, "one image is needed, not an input of \(input.shape)")
  let wasTraining = model.isTraining
  model.eval()
  defer { model.train(wasTraining) }
  let hook = Hook(layer)
  let gradients = HookBwd(layer)
  defer {
    hook.remove()
    gradients.remove()
  }
  let output = model(input.detached)
  guard let activations = hook.stored else { throw .layerDidNotRun }
  guard activations.rank == 4 else { throw .notSpatial(shape: activations.shape) }
  precondition(
    output.rank == 2 && output.shape[1] == classes.count,
    "the model gives \(output.shape) for \(classes.count) classes")
  let probabilities = output.detached.softmax(axis: -1).floatScalars
  let order = probabilities.indices.sorted {
    (-probabilities[$0], $0) < (-probabilities[$1], $1)
  }.filter { only?.contains($0) ?? true }
  var maps: [ClassMap] = []
  for number in order {
    output[0, number].backward(retainGraph: true)
    guard let gradient = gradients.stored else { throw .layerDidNotRun }
    let weights = gradient[0].mean(axes: [1, 2], keepingDimensions: true)
    maps.append(
      ClassMap(
        classIndex: number, className: classes[number], probability: Double(probabilities[number]),
        map: (weights * activations[0]).sum(axis: 0)))
  }
  return maps
}

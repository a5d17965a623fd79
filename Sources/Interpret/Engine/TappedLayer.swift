public import Layers

/// A layer whose activations are mapped, with its path for captions.
public struct TappedLayer {
  /// The path, such as "layer4".
  public let path: String
  /// The layer, a part of the model.
  public let module: Module

  /// Creates a tapped layer.
  public init(_ path: String, _ module: Module) {
    self.path = path
    self.module = module
  }
}

extension TappedLayer {
  /// The stages of a network, coarsest last: for a ResNet the outputs of `layer1` to `layer4`.
  ///
  /// Of a network that does not name its stages, the last layer of each resolution from a quarter of the input's on;
  /// chains of modules (`Sequential`) are searched, and layers inside other modules are not.
  ///
  /// - Parameters:
  ///   - model: The network.
  ///   - input: The shape of its input, `[batch, channels, height, width]`.
  /// - Returns: The layers, in the order of the network.
  package static func stages(of model: Module, input: [Int]) -> [TappedLayer] {
    let named = model.modules.compactMap { module in
      module.stagePath.map { TappedLayer($0, module) }
    }
    if !named.isEmpty { return named.suffix(maximumStages) }
    let trace = NetworkTrace(of: model, input: input)
    var stages: [(size: [Int], layer: TappedLayer)] = []
    for (path, module) in chain(model, "") {
      guard let record = trace.record(of: module), record.field != nil else { continue }
      let size = Array(record.shape.suffix(2))
      // One row or column is the head's pooling.
      guard size[0] > 1 || size[1] > 1, size[0] * 4 <= input[2] || size[1] * 4 <= input[3] else {
        continue
      }
      if stages.last?.size == size { stages.removeLast() }
      stages.append((size, TappedLayer(path, module)))
    }
    return stages.map(\.layer).suffix(maximumStages)
  }

  private static let maximumStages = 4

  private static func chain(_ module: Module, _ path: String) -> [(path: String, module: Module)] {
    guard module is Sequential else { return [(path, module)] }
    return module.namedChildren.flatMap { name, child in
      chain(child, path.isEmpty ? name : "\(path).\(name)")
    }
  }
}

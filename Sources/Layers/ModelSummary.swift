import Tensors

/// What a network is made of: every layer with its output's shape, parameters and work.
///
/// fastai's `learn.summary()`. The network runs once, on zeros, through its own `forward`; only
/// convolutions, linear layers and batch norms are not computed, since their shapes follow from the
/// input's. So a network of one's own is described as it is, and even a large one within milliseconds,
/// without drawing its first weights.
public struct ModelSummary: Sendable, Equatable, Codable {
  /// A layer without layers inside, or with parameters of its own.
  public struct Layer: Sendable, Equatable, Codable {
    /// Its path, such as "layer4.2.conv3".
    public let path: String
    /// Its type, such as "Conv2D".
    public let kind: String
    /// Lengths of what it gives; nil if it did not run.
    public let output: [Int]?
    /// Its own parameters.
    public let parameters: Int
    /// Those of them that training changes.
    public let trainable: Int
    /// Multiplications, each with an addition, that it takes: of convolutions and linear layers.
    public let multiplyAdds: Int
  }

  /// Lengths of what goes in, `[batch, channels, height, width]` for images.
  public let input: [Int]
  /// Lengths of what comes out.
  public let output: [Int]
  /// The layers, in the order in which a checkpoint names them.
  public let layers: [Layer]

  /// All parameters.
  public var parameters: Int { layers.reduce(0) { $0 + $1.parameters } }
  /// Those that training changes.
  public var trainable: Int { layers.reduce(0) { $0 + $1.trainable } }
  /// Multiplications, each with an addition, of convolutions and linear layers.
  public var multiplyAdds: Int { layers.reduce(0) { $0 + $1.multiplyAdds } }

  /// Describes a network, which is left as it was.
  ///
  /// - Parameters:
  ///   - model: Images, or what else it takes, in.
  ///   - input: Lengths of what goes in; the first is the batch.
  /// - Precondition: The network takes an input of these lengths.
  public init(of model: Module, input: [Int]) {
    let named = model.namedModules
    var shapes: [ObjectIdentifier: [Int]] = [:]
    var work: [ObjectIdentifier: Int] = [:]
    // A hook on every layer also makes each of them run by itself, through its own front door.
    let hooks = named.map { path, module in
      module.addForwardHook { _, input, output in
        let id = ObjectIdentifier(module)
        shapes[id] = output.shape
        work[id, default: 0] += module.multiplyAdds(giving: output.shape)
      }
    }
    for (_, module) in named { module.standIn = module.shapesAlone }
    defer {
      for (index, (_, module)) in named.enumerated() {
        module.standIn = nil
        module.removeHook(hooks[index])
      }
    }
    self.input = input
    output = model.evaluating { model(Tensor.zeros(input)).shape }
    layers = named.compactMap { path, module in
      let members = Members(of: module)
      let own = members.parameters.map(\.parameter)
      let isContainer = module is Sequential || !module.namedChildren.isEmpty
      guard !isContainer || !own.isEmpty else { return nil }
      let id = ObjectIdentifier(module)
      func count(_ parameters: [Parameter]) -> Int {
        parameters.reduce(0) { $0 + $1.shape.reduce(1, *) }
      }
      return Layer(
        path: path, kind: "\(type(of: module))", output: shapes[id], parameters: count(own),
        trainable: count(own.filter(\.requiresGradient)), multiplyAdds: work[id] ?? 0)
    }
  }
}

extension Module {
  /// What stands in for a layer whose result is known in shape without computing it; nil: the layer runs.
  fileprivate var shapesAlone: ((Tensor) -> Tensor)? {
    switch self {
    case let layer as Conv2D:
      { [geometry = layer.geometry, weight = layer.weight.shape] input in
        let shape = ConvolutionShape(input: input.shape, weight: weight, bias: nil, geometry)
        return Tensor.zeros(shape.outputShape)
      }
    case let layer as Linear:
      { [weight = layer.weight.shape] input in
        precondition(
          input.shape.last == weight[1],
          "a linear layer of \(weight[1]) inputs cannot take an input of \(input.shape)")
        return Tensor.zeros(input.shape.dropLast() + [weight[0]])
      }
    case let layer as BatchNorm:
      { [channels = layer.weight.shape[0]] input in
        precondition(
          input.rank > 1 && input.shape[1] == channels,
          "a batch norm of \(channels) channels cannot take an input of \(input.shape)")
        return input
      }
    default: nil
    }
  }

  /// Multiplications for an output: every output of a convolution or a linear layer is a sum
  /// over one filter.
  fileprivate func multiplyAdds(giving output: [Int]) -> Int {
    let filter: [Int]
    switch self {
    case let layer as Conv2D: filter = layer.weight.shape
    case let layer as Linear: filter = layer.weight.shape
    default: return 0
    }
    return output.reduce(1, *) * filter.dropFirst().reduce(1, *)
  }
}

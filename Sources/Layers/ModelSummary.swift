import Tensors

/// Every layer of a network with its output shape, parameter count and multiply-adds: fastai's
/// `learn.summary()`.
///
/// The network runs once on zeros. Convolutions, linear layers and batch norms only compute their output
/// shapes, which takes milliseconds and does not draw initial values.
public struct ModelSummary: Sendable, Equatable, Encodable {
  /// A layer without children, or with own parameters.
  package struct Layer: Sendable, Equatable, Encodable {
    /// The path, such as "layer4.2.conv3".
    package let path: String
    /// The type, such as "Conv2D".
    package let kind: String
    /// The output shape; nil if the layer did not run.
    package let output: [Int]?
    /// The number of its own parameter elements.
    package let parameters: Int
    /// The number of those that are trainable.
    package let trainable: Int
    /// Multiply-adds; 0 except for convolutions and linear layers.
    package let multiplyAdds: Int
  }

  /// The input shape, `[batch, channels, height, width]` for images.
  package let input: [Int]
  /// The output shape.
  package let output: [Int]
  /// The layers, in the order of the state dictionary.
  package let layers: [Layer]

  /// The number of parameter elements.
  public var parameters: Int { layers.reduce(0) { $0 + $1.parameters } }
  /// The number of trainable parameter elements.
  package var trainable: Int { layers.reduce(0) { $0 + $1.trainable } }
  /// Multiply-adds of convolutions and linear layers.
  public var multiplyAdds: Int { layers.reduce(0) { $0 + $1.multiplyAdds } }

  /// Summarizes a network; its mode, hooks and statistics do not change.
  ///
  /// - Parameters:
  ///   - model: The network.
  ///   - input: The input shape; the first dimension is the batch.
  /// - Precondition: The network accepts an input of this shape.
  public init(of model: Module, input: [Int]) {
    // `withoutComputing` below replaces layers, so that no other thread may use the network.
    model.lock.lock()
    defer { model.lock.unlock() }
    let named = model.namedModules
    var shapes: [ObjectIdentifier: [Int]] = [:]
    var work: [ObjectIdentifier: Int] = [:]
    // A hook on every layer also disables fusions, so that every layer is called.
    let hooks = named.map { path, module in
      module.registerForwardHook { _, input, output in
        let id = ObjectIdentifier(module)
        shapes[id] = output.shape
        work[id, default: 0] += module.multiplyAdds(giving: output.shape)
      }
    }
    defer {
      for (index, (_, module)) in named.enumerated() { module.removeHook(hooks[index]) }
    }
    self.input = input
    output = model.withoutComputing { model(Tensor.zeros(input)).shape }
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
  /// Runs `body` in evaluation mode while expensive layers compute only the shapes of their outputs.
  ///
  /// The caller hooks every layer, which disables fusions, so that every layer is called.
  final func withoutComputing<Result>(_ body: () -> Result) -> Result {
    let all = modules
    for module in all { module.standIn = module.shapesAlone }
    defer { for module in all { module.standIn = nil } }
    return evaluating(body)
  }

  /// Computes only the output shape of an expensive layer; nil: the layer runs.
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
          "a linear layer with \(weight[1]) inputs cannot take an input of \(input.shape)")
        return Tensor.zeros(input.shape.dropLast() + [weight[0]])
      }
    case let layer as BatchNorm:
      { [channels = layer.weight.shape[0]] input in
        precondition(
          input.rank > 1 && input.shape[1] == channels,
          "a batch norm with \(channels) channels cannot take an input of \(input.shape)")
        return input
      }
    default: nil
    }
  }

  /// The multiply-adds for an output shape: each element is a sum over one filter.
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

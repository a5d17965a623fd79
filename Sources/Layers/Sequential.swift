public import Tensors

/// Modules one after another, named by their numbers.
public final class Sequential: Module {
  /// The modules, in order.
  public let layers: [Module]
  private let names: [String]

  /// Makes a sequence named 0, 1, 2, ….
  public init(_ layers: [Module]) {
    self.layers = layers
    names = layers.indices.map(String.init)
  }

  /// Makes a sequence named 0, 1, 2, ….
  public convenience init(_ layers: Module...) { self.init(layers) }

  /// Makes a sequence with names of its own.
  public init(named layers: [(name: String, module: Module)]) {
    self.layers = layers.map(\.module)
    names = layers.map(\.name)
  }

  /// The layers with their names.
  public override var namedChildren: [(name: String, module: Module)] {
    zip(names, layers).map { ($0, $1) }
  }

  /// The layer at a position; negative positions count from the end.
  ///
  /// - Precondition: there is such a layer.
  public subscript(index: Int) -> Module {
    let position = index < 0 ? layers.count + index : index
    precondition(
      layers.indices.contains(position),
      "a sequence of \(layers.count) layers has no layer \(index)")
    return layers[position]
  }

  /// Number of layers.
  public var count: Int { layers.count }

  /// Runs the layers in order; convolution, batch norm and ReLU as one where no hook looks between.
  public override func forward(_ input: Tensor) -> Tensor { Module.inSequence(layers, input) }
}

extension Module {
  /// Runs modules one after another; convolution, batch norm and ReLU as one where no hook looks
  /// between, also across the ends of sequences inside.
  package static func inSequence(_ modules: [Module], _ input: Tensor) -> Tensor {
    let layers = modules.flatMap(\.unfolded)
    var x = input
    var i = 0
    while i < layers.count {
      if i + 1 < layers.count, let convolution = layers[i] as? Conv2D,
        let norm = layers[i + 1] as? BatchNorm
      {
        let relu = i + 2 < layers.count ? layers[i + 2] as? ReLU : nil
        x = Module.convolved(convolution, norm, relu, x)
        i += relu == nil ? 2 : 3
      } else if i + 1 < layers.count, let norm = layers[i] as? BatchNorm,
        let relu = layers[i + 1] as? ReLU
      {
        x = Module.normalized(norm, relu, x)
        i += 2
      } else {
        x = layers[i](x)
        i += 1
      }
    }
    return x
  }

  /// A sequence's layers, where nobody would notice that the sequence itself does not run; else itself.
  private var unfolded: [Module] {
    guard let sequence = self as? Sequential, !isHooked, !recomputesInBackward else {
      return [self]
    }
    return sequence.layers.flatMap(\.unfolded)
  }
}

public import Tensors

/// A module that is a chain of modules, so that it can be run from any of them on.
package protocol ModuleChain: Module {
  /// The modules, in order. Of a network that ends in probabilities, without the activation.
  var chain: [Module] { get }
}

/// Modules in a chain: PyTorch's `Sequential`.
public final class Sequential: Module, ModuleChain {
  /// The modules, in order.
  package let layers: [Module]
  package var chain: [Module] { layers }
  private let names: [String]

  /// Creates a chain whose modules are named "0", "1", "2", ….
  public init(_ layers: [Module]) {
    self.layers = layers
    names = layers.indices.map(String.init)
  }

  /// Creates a chain whose modules are named "0", "1", "2", ….
  public convenience init(_ layers: Module...) { self.init(layers) }

  /// Creates a chain of modules with names.
  package init(named layers: [(name: String, module: Module)]) {
    self.layers = layers.map(\.module)
    names = layers.map(\.name)
  }

  /// The modules with their names.
  public override var namedChildren: [(name: String, module: Module)] {
    zip(names, layers).map { ($0, $1) }
  }

  /// The module at a position; negative positions count from the end.
  ///
  /// - Precondition: The position exists.
  public subscript(index: Int) -> Module {
    let position = index < 0 ? layers.count + index : index
    precondition(
      layers.indices.contains(position),
      "a Sequential of \(layers.count) modules has no module \(index)")
    return layers[position]
  }

  /// Runs the modules in order; convolution, batch norm and ReLU are fused if they have no hooks.
  public override func forward(_ input: Tensor) -> Tensor { Module.inSequence(layers, input) }
}

extension Module {
  /// Runs modules in order; convolution, batch norm and ReLU are fused if they have no hooks,
  /// also across the boundaries of nested `Sequential`s.
  package static func inSequence(_ modules: [Module], _ input: Tensor) -> Tensor {
    let layers = modules.flatMap(\.flattened)
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

  /// The modules of a `Sequential` without hooks and recomputation; otherwise the module itself.
  private var flattened: [Module] {
    guard let sequence = self as? Sequential, !isHooked, !recomputesInBackward else {
      return [self]
    }
    return sequence.layers.flatMap(\.flattened)
  }
}

import Synchronization
package import Tensors

/// The distribution of a parameter's initial values.
public enum Initializer: Sendable, Equatable {
  /// All 0.
  case zeros
  /// All 1.
  case ones
  /// One constant.
  case constant(Float)
  /// Uniform in [-bound, bound).
  case uniform(bound: Double)
  /// Normal with mean 0.
  case normal(deviation: Double)

  /// He initialization for ReLU, a standard deviation of `√(2 / fan)` (`kaiming_normal_`).
  ///
  /// Reference: He et al., arXiv:1502.01852.
  public static func kaimingNormal(fan: Int) -> Initializer {
    .normal(deviation: (2 / Double(fan)).squareRoot())
  }

  /// He initialization for ReLU with a uniform distribution (`kaiming_uniform_`).
  package static func kaimingUniform(fan: Int) -> Initializer {
    .uniform(bound: (6 / Double(fan)).squareRoot())
  }

  /// Glorot initialization (`xavier_uniform_`).
  package static func xavierUniform(fanIn: Int, fanOut: Int) -> Initializer {
    .uniform(bound: (6 / Double(fanIn + fanOut)).squareRoot())
  }

  /// PyTorch's default for convolutions and linear layers, uniform within `1 / √fanIn`.
  package static func pyTorchDefault(fanIn: Int) -> Initializer {
    .uniform(bound: 1 / Double(max(fanIn, 1)).squareRoot())
  }

  // Layers outside of a seeded model draw from numbered streams, in order of construction.
  private static let constructed = Atomic<UInt64>(0)
  static func nextStream() -> RandomSource {
    RandomSource(seed: 0, constructed.wrappingAdd(1, ordering: .relaxed).newValue)
  }

  /// Draws a tensor of initial values.
  package func makeTensor(shape: [Int], random: RandomSource) -> Tensor {
    var random = random
    switch self {
    case .zeros: return Tensor.zeros(shape)
    case .ones: return Tensor.ones(shape)
    case .constant(let value): return Tensor(repeating: value, shape: shape)
    case .uniform(let bound):
      return Tensor.random(shape: shape) { Float(random.uniform(-bound, bound)) }
    case .normal(let deviation):
      return Tensor.normal(shape: shape, deviation: deviation, random: &random)
    }
  }
}

/// The count that scales He initialization: PyTorch's `mode` of `kaiming_normal_`.
package enum KaimingMode: Sendable {
  /// Inputs of one output: the variance is kept in the forward pass.
  case fanIn
  /// Outputs of one input: the variance is kept in the backward pass.
  case fanOut

  /// The count for a weight of `[outputs, inputs, …]`.
  package func fan(_ shape: [Int]) -> Int {
    let elements = shape.dropFirst(2).reduce(1, *)
    return switch self {
    case .fanIn: shape[1] * elements
    case .fanOut: shape[0] * elements
    }
  }
}

extension Module {
  /// Draws every parameter again from its initializer.
  ///
  /// - Parameter seed: Each parameter's values depend on the seed and its name only.
  public func initialize(seed: UInt64) {
    for (name, parameter) in namedParameters {
      parameter.reset(random: RandomSource(seed: seed, stableHash(name)))
    }
  }

  /// Sets He initialization for the weights of all convolutions in this module.
  ///
  /// - Parameters:
  ///   - mode: fan-in or fan-out.
  ///   - linear: Whether linear layers are included.
  package func initializeKaimingNormal(_ mode: KaimingMode, linear: Bool = false) {
    for module in modules {
      switch module {
      case let layer as Conv2D:
        layer.weight.initializer = .kaimingNormal(fan: mode.fan(layer.weight.shape))
      case let layer as Linear where linear:
        layer.weight.initializer = .kaimingNormal(fan: mode.fan(layer.weight.shape))
      default: break
      }
    }
  }
}

/// FNV-1a, 64 bits; unlike `Hasher`, the same in every process.
package func stableHash(_ text: String) -> UInt64 {
  text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}

import Synchronization
public import Tensors

/// Where a parameter's first value comes from.
public enum Initializer: Sendable, Equatable {
  /// All 0.
  case zeros
  /// All 1.
  case ones
  /// One number everywhere.
  case constant(Float)
  /// Uniform in [-bound, bound).
  case uniform(bound: Double)
  /// Normal, of mean 0.
  case normal(deviation: Double)

  /// He initialization for ReLU, a deviation of `√(2 / fan)`.
  ///
  /// Reference: He et al., arXiv:1502.01852.
  public static func kaimingNormal(fan: Int) -> Initializer {
    .normal(deviation: (2 / Double(fan)).squareRoot())
  }

  /// PyTorch's default for convolutions and linear layers: uniform within `1 / √fanIn`.
  public static func pyTorchDefault(fanIn: Int) -> Initializer {
    .uniform(bound: 1 / Double(max(fanIn, 1)).squareRoot())
  }

  // Layers made outside of a seeded model draw from numbered streams, in order of construction.
  private static let constructed = Atomic<UInt64>(0)
  static func nextStream() -> RandomSource {
    RandomSource(seed: 0, constructed.wrappingAdd(1, ordering: .relaxed).newValue)
  }

  /// A fresh value.
  public func makeTensor(shape: [Int], random: RandomSource) -> Tensor {
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

extension Module {
  /// Draws every parameter anew from its initializer; its stream depends on the seed and its name only.
  public func initialize(seed: UInt64) {
    for (name, parameter) in namedParameters {
      parameter.reset(random: RandomSource(seed: seed, stableHash(name)))
    }
  }
}

/// FNV-1a, 64 bits: the same in every process, unlike `Hasher`.
package func stableHash(_ text: String) -> UInt64 {
  text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}

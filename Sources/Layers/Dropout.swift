public import Tensors

/// A module that draws random numbers, all of them from one stream that can be set back.
public protocol RandomizedModule: Module {
  /// The stream; the same state gives the same numbers.
  var random: RandomSource { get set }
}

/// Zeroes scalars at random while training, and scales the rest up.
public final class Dropout: Module, RandomizedModule {
  /// Probability of zero.
  public let probability: Double
  /// Where the masks come from.
  public var random: RandomSource

  /// Makes a dropout layer.
  public init(_ probability: Double = 0.5) {
    precondition(
      (0...1).contains(probability), "a dropout probability lies in 0...1, not \(probability)")
    self.probability = probability
    random = RandomSource(seed: 0, 0xD0)
  }

  /// In training, scalars kept are divided by `1 - probability`; otherwise the input as it is.
  public override func forward(_ input: Tensor) -> Tensor {
    isTraining ? input.dropout(probability, random: &random) : input
  }
}

extension Module {
  /// Sets every source of randomness inside the model from a seed and a step, so that a step can be
  /// repeated without any saved random state.
  package func seedRandomness(seed: UInt64, step: UInt64) {
    for (path, module) in namedModules {
      (module as? any RandomizedModule)?.random = RandomSource(seed: seed, step, stableHash(path))
    }
  }
}

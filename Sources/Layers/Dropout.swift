public import Tensors

/// A module that draws random numbers from a stream that can be restored.
///
/// Recomputation in backward (`Module.recomputesInBackward`) restores the stream, so that both passes
/// draw the same numbers.
public protocol RandomizedModule: Module {
  /// The stream; equal states give equal numbers.
  var random: RandomSource { get set }
}

/// Zeroes random elements in training mode and scales the others: PyTorch's `Dropout`.
public final class Dropout: Module, RandomizedModule {
  private let probability: Double
  /// The stream from which masks are drawn.
  public var random: RandomSource

  /// Creates a dropout layer.
  ///
  /// - Parameter probability: The probability that an element is zeroed (`p`).
  public init(_ probability: Double = 0.5) {
    precondition(
      (0...1).contains(probability), "a dropout probability must be in 0...1, not \(probability)")
    self.probability = probability
    random = RandomSource(seed: 0, 0xD0)
  }

  /// In training mode, zeroes elements and divides the others by `1 - probability`; otherwise returns
  /// the input.
  public override func forward(_ input: Tensor) -> Tensor {
    isTraining ? input.dropout(probability, random: &random) : input
  }
}

extension Module {
  /// Seeds every random stream in the model from a seed and a step.
  ///
  /// A step can be repeated without any saved random state.
  package func seedRandomness(seed: UInt64, step: UInt64) {
    for (path, module) in namedModules {
      (module as? any RandomizedModule)?.random = RandomSource(seed: seed, step, stableHash(path))
    }
  }
}

import Tensors

/// A random split with fastai's permutation for a seed: fastai's `RandomSplitter`.
public struct RandomSplitter: Splitter {
  private let validFraction: Double
  private let seed: UInt32

  /// Creates a splitter.
  ///
  /// - Parameters:
  ///   - validFraction: The share for validation (`valid_pct`), below 1.
  ///   - seed: The seed of PyTorch's `randperm`.
  public init(validFraction: Double = 0.2, seed: UInt32 = 42) {
    checkValidFraction(validFraction)
    self.validFraction = validFraction
    self.seed = seed
  }

  /// Permutes the indices; the first ones are for validation.
  public func split(_ items: [DataItem]) -> (train: [Int], valid: [Int]) {
    var generator = MersenneTwister(seed: seed)
    let order = generator.permutation(items.count)
    let cut = Int(validFraction * Double(items.count))
    return (Array(order[cut...]), Array(order[..<cut]))
  }
}

import DataBlocks
import Tensors

/// Trains on blends of two images and their targets (fastai's `MixUp`).
///
/// Each image is blended with a random partner of its batch, in shares λ and 1 − λ, where λ is drawn from a beta
/// distribution and the image itself has the larger share. Validation is unchanged. Losses of mixtures are not
/// comparable with those of images.
///
/// Reference: Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018.
public final class MixUp: Callback {
  /// The numbers drawn for one batch.
  package struct Draw: Sendable {
    /// One share per item, before the larger one is taken.
    package var lambdas: [Double]
    /// The partner of each item.
    package var partners: [Int]

    package init(lambdas: [Double], partners: [Int]) {
      self.lambdas = lambdas
      self.partners = partners
    }
  }

  private let alpha: Double
  private let draw: ((Learner, Int) -> Draw)?

  /// Creates the callback.
  ///
  /// - Parameter alpha: Both parameters of the beta distribution: the larger, the stronger the blends (`alpha`).
  /// - Precondition: `alpha` is positive.
  public init(_ alpha: Double = 0.4) {
    precondition(alpha > 0 && alpha.isFinite, "alpha is \(alpha); it must be positive")
    self.alpha = alpha
    draw = nil
  }

  /// Creates the callback with a function that returns the numbers of a batch, given its number of items.
  package init(drawing draw: @escaping (Learner, Int) -> Draw) {
    alpha = 1
    self.draw = draw
  }

  /// Blends a training batch.
  public func beforeBatch(_ learner: Learner) throws {
    guard learner.isTraining, let batch = learner.batch else { return }
    let drawn = draw?(learner, batch.count) ?? random(learner, batch.count)
    let lambdas = drawn.lambdas.map { Float(max($0, 1 - $0)) }
    learner.mixBatch(
      batch.inputs.mixed(with: drawn.partners, lambdas), partners: drawn.partners,
      lambdas: lambdas)
  }

  private func random(_ learner: Learner, _ count: Int) -> Draw {
    var random = RandomSource(seed: learner.seed, UInt64(learner.totalSteps), 0x4D49_5855)
    let lambdas = (0..<count).map { _ in random.beta(alpha, alpha) }
    return Draw(lambdas: lambdas, partners: random.permutation(count))
  }
}

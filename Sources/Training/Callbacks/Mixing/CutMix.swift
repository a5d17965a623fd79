import DataBlocks
import Tensors

/// Trains on images with a rectangle from another image, and blends of their targets (fastai's `CutMix`).
///
/// One rectangle per batch: its area is 1 − λ of the image, where λ is drawn from a beta distribution, its center is
/// uniform, and it is cut off at the border. The targets are blended by the area that remains. Validation is unchanged.
///
/// Reference: Yun et al., "CutMix: Regularization Strategy to Train Strong Classifiers with Localizable Features", ICCV
/// 2019.
public final class CutMix: Callback {
  /// The numbers drawn for one batch.
  package struct Draw: Sendable {
    /// The share of the images that is kept.
    package var lambda: Double
    /// The center of the rectangle.
    package var center: (x: Int, y: Int)
    /// The partner of each item.
    package var partners: [Int]

    package init(lambda: Double, center: (x: Int, y: Int), partners: [Int]) {
      self.lambda = lambda
      self.center = center
      self.partners = partners
    }
  }

  private let alpha: Double
  private let draw: ((Learner, Int) -> Draw)?

  /// Creates the callback.
  ///
  /// - Parameter alpha: Both parameters of the beta distribution; 1 is uniform (`alpha`).
  /// - Precondition: `alpha` is positive.
  public init(_ alpha: Double = 1) {
    precondition(alpha > 0 && alpha.isFinite, "alpha is \(alpha); it must be positive")
    self.alpha = alpha
    draw = nil
  }

  /// Creates the callback with a function that returns the numbers of a batch, given its number of items.
  package init(drawing draw: @escaping (Learner, Int) -> Draw) {
    alpha = 1
    self.draw = draw
  }

  /// Mixes a training batch.
  ///
  /// - Precondition: The inputs are images, `[items, channels, height, width]`.
  public func beforeBatch(_ learner: Learner) throws {
    guard learner.isTraining, let batch = learner.batch else { return }
    let shape = batch.inputs.shape
    precondition(
      shape.count == 4, "CutMix needs inputs [items, channels, height, width], not \(shape)")
    let (height, width) = (shape[2], shape[3])
    let drawn = draw?(learner, batch.count) ?? random(learner, batch.count, width, height)
    let cut = (1 - drawn.lambda).squareRoot()
    let columns = Self.range(length: width, cut, center: drawn.center.x)
    let rows = Self.range(length: height, cut, center: drawn.center.y)
    let lambda = 1 - Double(columns.count * rows.count) / Double(width * height)
    learner.mixBatch(
      batch.inputs.cutMixed(with: drawn.partners, columns: columns, rows: rows),
      partners: drawn.partners, lambdas: [Float](repeating: Float(lambda), count: batch.count))
  }

  /// The part of a side that is cut: `cut` of its length, rounded half to even, around the center.
  private static func range(length: Int, _ cut: Double, center: Int) -> Range<Int> {
    let half = Int((Double(length) * cut).rounded(.toNearestOrEven)) / 2
    return min(max(center - half, 0), length)..<min(max(center + half, 0), length)
  }

  private func random(_ learner: Learner, _ count: Int, _ width: Int, _ height: Int) -> Draw {
    var random = RandomSource(seed: learner.seed, UInt64(learner.totalSteps), 0x4355_544D)
    let lambda = random.beta(alpha, alpha)
    let x = Int(random.uniform(0, Double(width)))
    let y = Int(random.uniform(0, Double(height)))
    return Draw(lambda: lambda, center: (x, y), partners: random.permutation(count))
  }
}

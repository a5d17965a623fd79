import Tensors

/// Mirrors left and right: fastai's `Flip`.
public struct Flip: CheckedTransform, CoordinateTransform {
  /// The probability (`p`).
  package let probability: Double

  /// Creates a flip.
  public init(probability: Double = 0.5) {
    self.probability = probability
    check()
  }

  /// Draws whether to flip.
  public func coordinates(_ context: inout TransformContext) -> CoordinateMap? {
    context.random.uniform() < probability ? Flip.map : nil
  }

  package static let map = CoordinateMap.affine([-1, 0, 0, 0, 1, 0])

  var fault: String? { fault("probability", probability, in: 0...1) }
}

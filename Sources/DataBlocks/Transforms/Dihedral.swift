import Tensors

/// One of the eight symmetries of the square: fastai's `Dihedral`.
public struct Dihedral: CheckedTransform, CoordinateTransform {
  /// The probability of drawing a symmetry, the identity included (`p`).
  package let probability: Double

  /// Creates a transform.
  public init(probability: Double = 0.5) {
    self.probability = probability
    check()
  }

  /// Draws a symmetry.
  public func coordinates(_ context: inout TransformContext) -> CoordinateMap? {
    let number = Int(context.random.next() % 8)
    guard context.random.uniform() < probability, number > 0 else { return nil }
    return Dihedral.map(number)
  }

  /// Symmetry 0 to 7, in fastai's numbering.
  package static func map(_ number: Int) -> CoordinateMap {
    let x = [1.0, -1, 1, -1, -1, 1, 1, -1][number]
    let y = [1.0, 1, -1, 1, -1, -1, 1, -1][number]
    return .affine([0, 1, 2, 4].contains(number) ? [x, 0, 0, 0, y, 0] : [0, x, 0, y, 0, 0])
  }

  var fault: String? { fault("probability", probability, in: 0...1) }
}

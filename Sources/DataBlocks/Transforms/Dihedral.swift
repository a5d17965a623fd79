import Tensors

/// One of the eight symmetries of the square: fastai's `Dihedral`.
public struct Dihedral: RandomCoordinateTransform {
  /// The probability of drawing a symmetry, the identity included (`p`).
  package let probability: Double
  package let options: CoordinateOptions?

  /// Creates a transform.
  ///
  /// - Parameters:
  ///   - probability: The probability (`p`).
  ///   - sampling: How the image is sampled (`size`, `mode`, `pad_mode`, `align_corners`).
  ///   - isPerBatch: One draw for all images of a batch (`batch`).
  public init(
    probability: Double = 0.5, sampling: CoordinateSampling = CoordinateSampling(),
    isPerBatch: Bool = false
  ) {
    self.probability = probability
    options = CoordinateOptions(sampling, isPerBatch: isPerBatch)
    check()
  }

  func draw(_ random: inout RandomSource) -> CoordinateMap? {
    let number = Int(random.next() % 8)
    guard random.uniform() < probability, number > 0 else { return nil }
    return Dihedral.map(number)
  }

  /// Symmetry 0 to 7, in fastai's numbering.
  package static func map(_ number: Int) -> CoordinateMap {
    let x = [1.0, -1, 1, -1, -1, 1, 1, -1][number]
    let y = [1.0, 1, -1, 1, -1, -1, 1, -1][number]
    return .affine([0, 1, 2, 4].contains(number) ? [x, 0, 0, 0, y, 0] : [0, x, 0, y, 0, 0])
  }

  var fault: String? { fault("probability", probability, in: 0...1) ?? optionsFault }
}

import Tensors

/// Mirrors left and right: fastai's `Flip`.
public struct Flip: RandomCoordinateTransform {
  /// The probability (`p`).
  package let probability: Double
  package let options: CoordinateOptions?

  /// Creates a flip.
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
    random.uniform() < probability ? Flip.map : nil
  }

  package static let map = CoordinateMap.affine([-1, 0, 0, 0, 1, 0])

  var fault: String? { fault("probability", probability, in: 0...1) ?? optionsFault }
}

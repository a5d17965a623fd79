import Tensors

/// Zooms around a random center: fastai's `Zoom`.
public struct Zoom: RandomCoordinateTransform {
  /// The smallest factor (`min_zoom`); below 1 shrinks.
  package let minimum: Double
  /// The largest factor (`max_zoom`).
  package let maximum: Double
  /// The probability (`p`).
  package let probability: Double
  package let options: CoordinateOptions?

  /// Creates a zoom.
  ///
  /// - Parameters:
  ///   - minimum: The smallest factor (`min_zoom`).
  ///   - maximum: The largest factor (`max_zoom`).
  ///   - probability: The probability (`p`).
  ///   - sampling: How the image is sampled (`size`, `mode`, `pad_mode`, `align_corners`).
  ///   - isPerBatch: One draw for all images of a batch (`batch`).
  public init(
    minimum: Double = 1, maximum: Double = 1.1, probability: Double = 0.5,
    sampling: CoordinateSampling = CoordinateSampling(), isPerBatch: Bool = false
  ) {
    options = CoordinateOptions(sampling, isPerBatch: isPerBatch)
    self.minimum = minimum
    self.maximum = maximum
    self.probability = probability
    check()
  }

  func draw(_ random: inout RandomSource) -> CoordinateMap? {
    let factor = random.uniform(minimum, maximum)
    let isWanted = random.uniform() < probability
    let center = (x: random.uniform(), y: random.uniform())
    return isWanted ? Zoom.map(factor, center: center) : nil
  }

  // The center is the fixed point, 0 to 1 along each axis.
  package static func map(_ factor: Double, center: (x: Double, y: Double)) -> CoordinateMap {
    let s = 1 / factor
    return .affine([s, 0, (1 - s) * (2 * center.x - 1), 0, s, (1 - s) * (2 * center.y - 1)])
  }

  var fault: String? {
    fault("minimum", minimum, in: 0.001...1000) ?? fault("maximum", maximum, in: 0.001...1000)
      ?? (minimum <= maximum
        ? nil : "maximum is \(maximum), but must be at least minimum, \(minimum)")
      ?? fault("probability", probability, in: 0...1) ?? optionsFault
  }
}

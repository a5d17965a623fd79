import Tensors

/// Zooms around a random center: fastai's `Zoom`.
public struct Zoom: CheckedTransform, CoordinateTransform {
  /// The smallest factor (`min_zoom`); below 1 shrinks.
  package let minimum: Double
  /// The largest factor (`max_zoom`).
  package let maximum: Double
  /// The probability (`p`).
  package let probability: Double

  /// Creates a zoom.
  public init(minimum: Double = 1, maximum: Double = 1.1, probability: Double = 0.5) {
    self.minimum = minimum
    self.maximum = maximum
    self.probability = probability
    check()
  }

  /// Draws a factor and a center.
  public func coordinates(_ context: inout TransformContext) -> CoordinateMap? {
    let factor = context.random.uniform(minimum, maximum)
    let isWanted = context.random.uniform() < probability
    let center = (x: context.random.uniform(), y: context.random.uniform())
    return isWanted ? Zoom.map(factor, center: center) : nil
  }

  // The center is the fixed point, 0 to 1 along each axis.
  package static func map(_ factor: Double, center: (x: Double, y: Double)) -> CoordinateMap {
    let s = 1 / factor
    return .affine([s, 0, (1 - s) * (2 * center.x - 1), 0, s, (1 - s) * (2 * center.y - 1)])
  }

  var fault: String? {
    fault("maximum", maximum, in: 0.001...1000) ?? fault("minimum", minimum, in: 0.001...maximum)
      ?? fault("probability", probability, in: 0...1)
  }
}

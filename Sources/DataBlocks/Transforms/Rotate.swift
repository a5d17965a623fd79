import Foundation
import Tensors

/// Rotates by a random angle: fastai's `Rotate`.
public struct Rotate: CheckedTransform, CoordinateTransform {
  /// The largest angle in degrees, either way (`max_deg`).
  package let maximumDegrees: Double
  /// The probability (`p`).
  package let probability: Double

  /// Creates a rotation.
  public init(maximumDegrees: Double = 10, probability: Double = 0.5) {
    self.maximumDegrees = maximumDegrees
    self.probability = probability
    check()
  }

  /// Draws an angle.
  public func coordinates(_ context: inout TransformContext) -> CoordinateMap? {
    let degrees = context.random.uniform(-maximumDegrees, maximumDegrees)
    return context.random.uniform() < probability ? Rotate.map(degrees: degrees) : nil
  }

  package static func map(degrees: Double) -> CoordinateMap {
    let angle = degrees * .pi / 180
    return .affine([cos(angle), sin(angle), 0, -sin(angle), cos(angle), 0])
  }

  var fault: String? {
    fault("maximumDegrees", maximumDegrees, in: 0...360)
      ?? fault("probability", probability, in: 0...1)
  }
}

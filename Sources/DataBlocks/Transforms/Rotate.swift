import Foundation
import Tensors

/// Rotates by a random angle: fastai's `Rotate`.
public struct Rotate: RandomCoordinateTransform {
  /// The largest angle in degrees, either way (`max_deg`).
  package let maximumDegrees: Double
  /// The probability (`p`).
  package let probability: Double
  package let options: CoordinateOptions?

  /// Creates a rotation.
  ///
  /// - Parameters:
  ///   - maximumDegrees: The largest angle, either way (`max_deg`).
  ///   - probability: The probability (`p`).
  ///   - sampling: How the image is sampled (`size`, `mode`, `pad_mode`, `align_corners`).
  ///   - isPerBatch: One draw for all images of a batch (`batch`).
  public init(
    maximumDegrees: Double = 10, probability: Double = 0.5,
    sampling: CoordinateSampling = CoordinateSampling(), isPerBatch: Bool = false
  ) {
    options = CoordinateOptions(sampling, isPerBatch: isPerBatch)
    self.maximumDegrees = maximumDegrees
    self.probability = probability
    check()
  }

  func draw(_ random: inout RandomSource) -> CoordinateMap? {
    let degrees = random.uniform(-maximumDegrees, maximumDegrees)
    return random.uniform() < probability ? Rotate.map(degrees: degrees) : nil
  }

  package static func map(degrees: Double) -> CoordinateMap {
    let angle = degrees * .pi / 180
    return .affine([cos(angle), sin(angle), 0, -sin(angle), cos(angle), 0])
  }

  var fault: String? {
    fault("maximumDegrees", maximumDegrees, in: 0...360)
      ?? fault("probability", probability, in: 0...1) ?? optionsFault
  }
}

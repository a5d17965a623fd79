import Tensors

/// Tilts the image in perspective: fastai's `Warp`.
public struct Warp: RandomCoordinateTransform {
  /// The largest displacement of a corner, in half image sizes, either way (`magnitude`).
  package let magnitude: Double
  /// The probability of each of the two directions (`p`).
  package let probability: Double
  package let options: CoordinateOptions?

  /// Creates a warp.
  ///
  /// - Parameters:
  ///   - magnitude: The largest displacement of a corner, in half image sizes, either way (`magnitude`).
  ///   - probability: The probability of each of the two directions (`p`).
  ///   - sampling: How the image is sampled (`size`, `mode`, `pad_mode`, `align_corners`).
  ///   - isPerBatch: One draw for all images of a batch (`batch`).
  public init(
    magnitude: Double = 0.2, probability: Double = 0.5,
    sampling: CoordinateSampling = CoordinateSampling(), isPerBatch: Bool = false
  ) {
    options = CoordinateOptions(sampling, isPerBatch: isPerBatch)
    self.magnitude = magnitude
    self.probability = probability
    check()
  }

  func draw(_ random: inout RandomSource) -> CoordinateMap? {
    func displacement(_ random: inout RandomSource) -> Double {
      let value = random.uniform(-magnitude, magnitude)
      return random.uniform() < probability ? value : 0
    }
    let (x, y) = (displacement(&random), displacement(&random))
    return x == 0 && y == 0 ? nil : Warp.map(x: x, y: y)
  }

  package static func map(x: Double, y: Double) -> CoordinateMap {
    .perspective(fromCorners: [(-1 - y, -1 - x), (-1 + y, 1 + x), (1 + y, -1 + x), (1 - y, 1 - x)])
  }

  var fault: String? {
    fault("magnitude", magnitude, in: 0..<1) ?? fault("probability", probability, in: 0...1)
      ?? optionsFault
  }
}

import Tensors

/// Tilts the image in perspective: fastai's `Warp`.
public struct Warp: CheckedTransform, CoordinateTransform {
  /// The largest displacement of a corner, in half image sizes, either way (`magnitude`).
  package let magnitude: Double
  /// The probability of each of the two directions (`p`).
  package let probability: Double

  /// Creates a warp.
  public init(magnitude: Double = 0.2, probability: Double = 0.5) {
    self.magnitude = magnitude
    self.probability = probability
    check()
  }

  /// Draws a displacement along each axis.
  public func coordinates(_ context: inout TransformContext) -> CoordinateMap? {
    func displacement() -> Double {
      let value = context.random.uniform(-magnitude, magnitude)
      return context.random.uniform() < probability ? value : 0
    }
    let (x, y) = (displacement(), displacement())
    return x == 0 && y == 0 ? nil : Warp.map(x: x, y: y)
  }

  package static func map(x: Double, y: Double) -> CoordinateMap {
    .perspective(fromCorners: [(-1 - y, -1 - x), (-1 + y, 1 + x), (1 + y, -1 + x), (1 - y, 1 - x)])
  }

  var fault: String? {
    fault("magnitude", magnitude, in: 0..<1) ?? fault("probability", probability, in: 0...1)
  }
}

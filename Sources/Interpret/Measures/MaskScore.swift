package import Imaging

/// What is kept of one map against one mask: some hundred numbers, whatever the size of the image.
package struct MaskScore: Sendable, Equatable {
  /// Whether the map shows nothing: no positive pixel, or one that is not finite.
  package let isBlank: Bool
  /// The distance of the peak from the region in pixels of the input; nil for a blank map.
  package let peakDistance: Double?
  /// The average precision of the pixels; for a blank map the share of the region.
  package let averagePrecision: Double
  /// The share of the positive map inside the region; 0 for a blank map.
  package let energyInside: Double
  /// Intersection over union at each share of the highest value (`ThresholdCurve.shares`).
  package let overlaps: [Double]
  /// Intersection over union of the largest component's box at each threshold (`BoxAccuracy.thresholds`).
  package let boxOverlaps: [Double]

  /// Measures a map; nil if the region is empty in what the model sees.
  package init?(_ map: ScalarImage, _ mask: PixelMask) {
    let isFinite = map.values.allSatisfy(\.isFinite)
    isBlank = !isFinite || !map.values.contains { $0 > 0 }
    // A blank map shows no place before another.
    let shown =
      isBlank
      ? ScalarImage(
        width: map.width, height: map.height,
        values: [Float](repeating: 0, count: map.values.count)) : map
    guard let score = MapScore(shown, mask), let boxes = BoxAccuracy.overlaps(shown, mask) else {
      return nil
    }
    peakDistance = isBlank ? nil : score.peakDistance
    averagePrecision = score.averagePrecision
    energyInside = score.energyInside
    overlaps = ThresholdCurve.overlaps(shown, mask)
    boxOverlaps = isBlank ? boxes.map { _ in 0 } : boxes
  }

  /// Whether the peak is inside of the region, or at most so many pixels from it; false for a blank map.
  package func isHit(margin: Double = 0) -> Bool { peakDistance.map { $0 <= margin } ?? false }

  /// The usual margin of the pointing game, 15 pixels of an input of 224 x 224, for inputs of another size.
  package static func margin(width: Int, height: Int) -> Double {
    15 * Double(width * height).squareRoot() / 224
  }
}

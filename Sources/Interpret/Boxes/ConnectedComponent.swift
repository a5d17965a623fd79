package import Imaging

/// Neighboring pixels (8 directions) at or above a threshold.
package struct ConnectedComponent: Sendable, Equatable {
  /// The smallest box around the pixels.
  package let box: BoundingBox
  /// The number of pixels.
  package let area: Int
  /// The highest value.
  package let peak: Float
  /// The column of the first pixel with the highest value.
  package let peakX: Int
  /// The row of the first pixel with the highest value.
  package let peakY: Int
  /// The sum of the values.
  package let mass: Double
  /// The mean position, in pixel indices.
  package let centroid: (x: Double, y: Double)

  package static func == (a: ConnectedComponent, b: ConnectedComponent) -> Bool {
    a.box == b.box && a.area == b.area && a.peak == b.peak && a.peakX == b.peakX
      && a.peakY == b.peakY && a.mass == b.mass && a.centroid == b.centroid
  }

  /// The components of a map, in the order of their first pixels.
  ///
  /// - Parameters:
  ///   - map: The map.
  ///   - threshold: The lowest value that counts.
  /// - Returns: The components.
  package static func find(_ map: ScalarImage, threshold: Float) -> [ConnectedComponent] {
    ConnectedComponents(map, threshold: threshold).all
  }
}

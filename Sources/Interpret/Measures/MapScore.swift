public import Imaging
import Tensors

/// How well the map of one image finds the true region.
public struct MapScore: Sendable, Equatable, Codable {
  /// The distance of the map's peak from the region, in pixels of the model's input; 0: inside.
  public let peakDistance: Double
  /// The average precision of the pixels.
  public let averagePrecision: Double
  /// The share of the positive map inside the region.
  public let energyInside: Double
  /// The share of the model's input that the region covers.
  public let regionShare: Double

  /// Measures a map; nil if the region is empty in what the model sees.
  package init?(_ map: ScalarImage, _ mask: PixelMask) {
    guard let distance = MapMeasures.peakDistance(map, mask),
      let precision = MapMeasures.averagePrecision(map, mask)
    else { return nil }
    peakDistance = distance
    averagePrecision = precision
    energyInside = MapMeasures.energyInside(map, mask) ?? 0
    regionShare = Double(mask.area) / Double(mask.values.count)
  }
}

extension ClassMap {
  /// The map on the pixels of the model's input, interpolated bilinearly between the cells.
  package func onInput(_ height: Int, _ width: Int) -> ScalarImage {
    let cells = map.reshaped(to: [1, 1] + map.shape)
    return ScalarImage(
      width: width, height: height,
      values: grid.upsampled(cells, height: height, width: width).floatScalars)
  }
}

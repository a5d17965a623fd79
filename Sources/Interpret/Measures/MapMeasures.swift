public import Imaging

/// Measures of a map against a true region, both on the same pixels.
///
/// Ties are broken by the position in memory, so that every measure is determinate.
public enum MapMeasures {
  /// The first pixel with the highest value.
  public static func peak(_ map: ScalarImage) -> (x: Int, y: Int) {
    let best = map.values.indices.dropFirst().reduce(0) {
      map.values[$1] > map.values[$0] ? $1 : $0
    }
    return (best % map.width, best / map.width)
  }

  /// The distance of the peak from the nearest pixel of the region; nil for an empty region.
  ///
  /// The pointing game counts 0 as a hit, with a margin up to that distance (Zhang et al.,
  /// arXiv:1608.00507).
  public static func peakDistance(_ map: ScalarImage, _ mask: PixelMask) -> Double? {
    check(map, mask)
    let (x, y) = peak(map)
    if mask.values[y * mask.width + x] { return 0 }
    var nearest: Int?
    for row in 0..<mask.height {
      let down = (row - y) * (row - y)
      if let nearest, down >= nearest { continue }
      for column in 0..<mask.width where mask.values[row * mask.width + column] {
        let distance = down + (column - x) * (column - x)
        if distance < nearest ?? .max { nearest = distance }
      }
    }
    return nearest.map { Double($0).squareRoot() }
  }

  /// The share of the positive map that lies in the region (Wang et al., arXiv:1910.01279); nil if nothing is
  /// positive.
  public static func energyInside(_ map: ScalarImage, _ mask: PixelMask) -> Double? {
    check(map, mask)
    var (inside, all) = (0.0, 0.0)
    for (value, isInside) in zip(map.values, mask.values) where value > 0 {
      all += Double(value)
      if isInside { inside += Double(value) }
    }
    return all > 0 ? inside / all : nil
  }

  /// The area under the precision-recall curve of the pixels, as scikit-learn's `average_precision_score`; nil if
  /// the region is empty.
  ///
  ///     AP = Σ_n (R_n − R_{n−1}) P_n
  ///
  /// over the thresholds in falling order, equal values together.
  public static func averagePrecision(_ map: ScalarImage, _ mask: PixelMask) -> Double? {
    check(map, mask)
    let area = mask.area
    guard area > 0 else { return nil }
    let order = PixelOrder.falling(map.values)
    var (found, precisionSum) = (0, 0.0)
    var start = 0
    while start < order.count {
      var end = start
      var hits = 0
      let value = map.values[order[start]]
      // NaN equals nothing, so it is taken alone.
      repeat {
        if mask.values[order[end]] { hits += 1 }
        end += 1
      } while end < order.count && map.values[order[end]] == value
      found += hits
      precisionSum += Double(hits) * Double(found) / Double(end)
      start = end
    }
    return precisionSum / Double(area)
  }

  /// Intersection over union and Dice coefficient of the region and the pixels at or above a threshold.
  ///
  /// - Parameters:
  ///   - map: The map.
  ///   - mask: The region.
  ///   - threshold: A value of the map.
  /// - Returns: Both are 0 if the region and the pixels are empty.
  public static func overlap(
    _ map: ScalarImage, _ mask: PixelMask, threshold: Float
  ) -> (iou: Double, dice: Double) {
    check(map, mask)
    var (both, either, sum) = (0, 0, 0)
    for (value, isInside) in zip(map.values, mask.values) {
      let isAbove = value >= threshold
      if isAbove && isInside { both += 1 }
      if isAbove || isInside { either += 1 }
      sum += (isAbove ? 1 : 0) + (isInside ? 1 : 0)
    }
    return either == 0 ? (0, 0) : (Double(both) / Double(either), 2 * Double(both) / Double(sum))
  }

  private static func check(_ map: ScalarImage, _ mask: PixelMask) {
    precondition(
      map.width == mask.width && map.height == mask.height,
      "a map of \(map.width) x \(map.height) pixels and a mask of \(mask.width) x \(mask.height)")
  }
}

extension ScalarImage {
  /// Scaled to 0...1 by its lowest and highest value; zeros if it is constant.
  package var unit: ScalarImage {
    guard let lowest = values.min(), let highest = values.max(), highest > lowest else {
      return ScalarImage(
        width: width, height: height, values: [Float](repeating: 0, count: values.count))
    }
    return ScalarImage(
      width: width, height: height, values: values.map { ($0 - lowest) / (highest - lowest) })
  }
}

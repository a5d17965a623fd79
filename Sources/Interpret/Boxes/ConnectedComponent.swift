package import Imaging

/// Neighboring pixels (8 directions) at or above a threshold.
package struct ConnectedComponent: Sendable, Equatable {
  /// The smallest box around the pixels.
  package let box: BoundingBox
  /// The number of pixels.
  package let area: Int
  /// The highest value.
  package let peak: Float
  /// The sum of the values.
  package let mass: Double
  /// The mean position, in pixel indices.
  package let centroid: (x: Double, y: Double)

  package static func == (a: ConnectedComponent, b: ConnectedComponent) -> Bool {
    a.box == b.box && a.area == b.area && a.peak == b.peak && a.centroid == b.centroid
  }

  /// The components of a map, in the order of their first pixels.
  ///
  /// - Parameters:
  ///   - map: The map.
  ///   - threshold: The lowest value that counts.
  /// - Returns: The components.
  package static func find(_ map: ScalarImage, threshold: Float) -> [ConnectedComponent] {
    let (width, height) = (map.width, map.height)
    var isSeen = [Bool](repeating: false, count: width * height)
    var found: [ConnectedComponent] = []
    var stack: [Int] = []
    for start in 0..<(width * height) where !isSeen[start] && map.values[start] >= threshold {
      var (x0, y0, x1, y1) = (width, height, 0, 0)
      var (area, sumX, sumY, mass) = (0, 0, 0, 0.0)
      var peak = -Float.infinity
      isSeen[start] = true
      stack.append(start)
      while let place = stack.popLast() {
        let (x, y) = (place % width, place / width)
        (x0, y0, x1, y1) = (min(x0, x), min(y0, y), max(x1, x), max(y1, y))
        area += 1
        sumX += x
        sumY += y
        peak = max(peak, map.values[place])
        mass += Double(map.values[place])
        for row in max(y - 1, 0)...min(y + 1, height - 1) {
          for column in max(x - 1, 0)...min(x + 1, width - 1) {
            let next = row * width + column
            if !isSeen[next], map.values[next] >= threshold {
              isSeen[next] = true
              stack.append(next)
            }
          }
        }
      }
      found.append(
        ConnectedComponent(
          box: BoundingBox(
            x0: Double(x0), y0: Double(y0), x1: Double(x1 + 1), y1: Double(y1 + 1)),
          area: area, peak: peak, mass: mass,
          centroid: (Double(sumX) / Double(area), Double(sumY) / Double(area))))
    }
    return found
  }
}

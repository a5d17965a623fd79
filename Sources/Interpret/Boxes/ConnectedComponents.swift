package import Imaging

/// The connected regions (8 directions) of the pixels at or above a threshold.
package struct ConnectedComponents: Sendable {
  /// The regions, in the order of their first pixels.
  package private(set) var all: [ConnectedComponent] = []
  /// The number of each pixel's region, from 1; 0 outside of all.
  private var labels: [Int32]
  private let width: Int

  /// Finds the regions of a map.
  ///
  /// - Parameters:
  ///   - map: The map.
  ///   - threshold: The lowest value that counts.
  package init(_ map: ScalarImage, threshold: Float) {
    width = map.width
    labels = [Int32](repeating: 0, count: map.values.count)
    var stack: [Int32] = []
    for start in labels.indices where map.values[start] >= threshold && labels[start] == 0 {
      all.append(grow(from: start, map, threshold, &stack))
    }
  }

  /// Labels the region of a pixel.
  private mutating func grow(
    from start: Int, _ map: ScalarImage, _ threshold: Float, _ stack: inout [Int32]
  ) -> ConnectedComponent {
    let (width, height) = (map.width, map.height)
    let label = Int32(all.count + 1)
    var (x0, y0, x1, y1) = (width, height, 0, 0)
    var (area, sumX, sumY, mass) = (0, 0, 0, 0.0)
    var (peak, peakPlace) = (-Float.infinity, start)
    labels[start] = label
    stack.append(Int32(start))
    while let next = stack.popLast() {
      let place = Int(next)
      let (y, x) = place.quotientAndRemainder(dividingBy: width)
      let value = map.values[place]
      (x0, y0, x1, y1) = (min(x0, x), min(y0, y), max(x1, x), max(y1, y))
      area += 1
      sumX += x
      sumY += y
      mass += Double(value)
      if value > peak || (value == peak && place < peakPlace) { (peak, peakPlace) = (value, place) }
      for row in max(y - 1, 0)...min(y + 1, height - 1) {
        for neighbor in (row * width + max(x - 1, 0))...(row * width + min(x + 1, width - 1))
        where labels[neighbor] == 0 && map.values[neighbor] >= threshold {
          labels[neighbor] = label
          stack.append(Int32(neighbor))
        }
      }
    }
    return ConnectedComponent(
      box: BoundingBox(
        x0: Double(x0), y0: Double(y0), x1: Double(x1 + 1), y1: Double(y1 + 1)),
      area: area, peak: peak, peakX: peakPlace % width, peakY: peakPlace / width, mass: mass,
      centroid: (Double(sumX) / Double(area), Double(sumY) / Double(area)))
  }

  /// The pixels of a region.
  ///
  /// - Parameter index: The region's place in `all`.
  /// - Returns: Columns and rows, row by row.
  package func pixels(of index: Int) -> [(x: Int, y: Int)] {
    let box = all[index].box
    return (Int(box.y0)..<Int(box.y1)).flatMap { y in
      (Int(box.x0)..<Int(box.x1)).compactMap { x in
        labels[y * width + x] == Int32(index + 1) ? (x, y) : nil
      }
    }
  }
}

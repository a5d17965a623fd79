package import Imaging

/// The boxes of a map's largest connected components at many thresholds, in one pass over the pixels.
///
/// Pixels are added from the highest value to the lowest, and components are joined (union-find with 8 neighbors), so
/// a hundred thresholds cost as much as one.
package enum LargestComponents {
  private struct Component {
    var area: Int
    var first: Int
    var x0: Int
    var y0: Int
    var x1: Int
    var y1: Int
  }

  /// The box around the largest component of the pixels at or above each threshold.
  ///
  /// Of components of one size the one with the first pixel counts, as `ConnectedComponent.find` orders them.
  ///
  /// - Parameters:
  ///   - map: The map.
  ///   - thresholds: Values of the map, in rising order.
  /// - Returns: One box per threshold, in its order; nil where no pixel is as high.
  package static func boxes(_ map: ScalarImage, thresholds: [Float]) -> [BoundingBox?] {
    let (width, height) = (map.width, map.height)
    let order = PixelOrder.falling(map.values)
    var parents = [Int32](repeating: -1, count: width * height)
    var components = [Component](
      repeating: Component(area: 0, first: 0, x0: 0, y0: 0, x1: 0, y1: 0), count: width * height)
    var best: Component?
    var next = 0

    func root(_ place: Int) -> Int {
      var place = place
      while Int(parents[place]) != place {
        // Path halving.
        parents[place] = parents[Int(parents[place])]
        place = Int(parents[place])
      }
      return place
    }

    func add(_ place: Int) {
      let (x, y) = (place % width, place / width)
      parents[place] = Int32(place)
      components[place] = Component(area: 1, first: place, x0: x, y0: y, x1: x + 1, y1: y + 1)
      var own = place
      for row in max(y - 1, 0)...min(y + 1, height - 1) {
        for column in max(x - 1, 0)...min(x + 1, width - 1) {
          let neighbor = row * width + column
          guard neighbor != place, parents[neighbor] >= 0 else { continue }
          let other = root(neighbor)
          if other == own { continue }
          let (large, small) =
            components[other].area > components[own].area ? (other, own) : (own, other)
          parents[small] = Int32(large)
          let joined = components[small]
          components[large].area += joined.area
          components[large].first = min(components[large].first, joined.first)
          components[large].x0 = min(components[large].x0, joined.x0)
          components[large].y0 = min(components[large].y0, joined.y0)
          components[large].x1 = max(components[large].x1, joined.x1)
          components[large].y1 = max(components[large].y1, joined.y1)
          own = large
        }
      }
      // Components only grow, so the largest one so far has been compared when it last grew.
      let grown = components[own]
      if let known = best, (known.area, -known.first) >= (grown.area, -grown.first) { return }
      best = grown
    }

    var boxes: [BoundingBox?] = []
    for threshold in thresholds.reversed() {
      while next < order.count, map.values[order[next]] >= threshold {
        add(order[next])
        next += 1
      }
      boxes.append(
        best.map {
          BoundingBox(
            x0: Double($0.x0), y0: Double($0.y0), x1: Double($0.x1), y1: Double($0.y1))
        })
    }
    return boxes.reversed()
  }
}

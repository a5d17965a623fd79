/// A shape by its distance: negative inside.
struct PetShape {
  /// The rectangle outside of which there is nothing.
  struct Bounds {
    var low: Point
    var high: Point
  }

  let bounds: Bounds
  let distance: (Point) -> Float

  /// An ellipse, turned by an angle whose sine is given.
  static func ellipse(_ center: Point, _ radii: Point, tilt: Float = 0) -> PetShape {
    let (s, c) = (tilt, (1 - tilt * tilt).squareRoot())
    let reach = max(radii.x, radii.y)
    return PetShape(bounds: Bounds(low: center - reach, high: center + reach)) { point in
      let p = point - center
      let q = Point(c * p.x + s * p.y, c * p.y - s * p.x) / radii
      let k = (q * q).sum().squareRoot()
      let g = q / radii
      // The distance to first order.
      let slope = (g * g).sum().squareRoot()
      return k > 1e-6 ? k * (k - 1) / max(slope, 1e-6) : -min(radii.x, radii.y)
    }
  }

  /// A polygon with rounded corners.
  static func polygon(_ corners: [Point], rounding: Float = 0) -> PetShape {
    let low = corners.reduce(corners[0]) { Point(min($0.x, $1.x), min($0.y, $1.y)) } - rounding
    let high = corners.reduce(corners[0]) { Point(max($0.x, $1.x), max($0.y, $1.y)) } + rounding
    return PetShape(bounds: Bounds(low: low, high: high)) { point in
      var nearest = Float.infinity
      var isInside = false
      for index in corners.indices {
        let a = corners[index], b = corners[(index + 1) % corners.count]
        let along = b - a, p = point - a
        let t = min(max((p * along).sum() / max((along * along).sum(), 1e-9), 0), 1)
        let e = p - along * t
        nearest = min(nearest, (e * e).sum())
        if (a.y > point.y) != (b.y > point.y),
          point.x < a.x + (point.y - a.y) / (b.y - a.y) * (b.x - a.x)
        {
          isInside.toggle()
        }
      }
      return (isInside ? -1 : 1) * nearest.squareRoot() - rounding
    }
  }

  /// A line through points that gets thinner or thicker.
  static func stroke(_ points: [Point], _ halfWidth: Float, end: Float? = nil) -> PetShape {
    let reach = max(halfWidth, end ?? halfWidth)
    let low = points.reduce(points[0]) { Point(min($0.x, $1.x), min($0.y, $1.y)) } - reach
    let high = points.reduce(points[0]) { Point(max($0.x, $1.x), max($0.y, $1.y)) } + reach
    let last = Float(max(points.count - 1, 1))
    return PetShape(bounds: Bounds(low: low, high: high)) { point in
      var nearest = Float.infinity
      for index in 1..<points.count {
        let a = points[index - 1], along = points[index] - a, p = point - a
        let t = min(max((p * along).sum() / max((along * along).sum(), 1e-9), 0), 1)
        let e = p - along * t
        let share = (Float(index - 1) + t) / last
        let width = halfWidth + ((end ?? halfWidth) - halfWidth) * share
        nearest = min(nearest, (e * e).sum().squareRoot() - width)
      }
      return nearest
    }
  }

  /// A smooth curve through points, as a stroke.
  static func curve(_ points: [Point], _ halfWidth: Float, end: Float? = nil) -> PetShape {
    guard points.count > 2 else { return stroke(points, halfWidth, end: end) }
    var smooth: [Point] = []
    for index in 0..<(points.count - 1) {
      let before = points[max(index - 1, 0)], a = points[index], b = points[index + 1]
      let after = points[min(index + 2, points.count - 1)]
      for step in 0..<6 {
        let t = Float(step) / 6
        // Catmull-Rom.
        let straight = 2 * a + (b - before) * t
        let bend = (2 * before - 5 * a + 4 * b - after) * (t * t)
        let twist = (3 * (a - b) + after - before) * (t * t * t)
        smooth.append(0.5 * (straight + bend + twist))
      }
    }
    return stroke(smooth + [points[points.count - 1]], halfWidth, end: end)
  }

  /// Two shapes that flow into each other over a width.
  func merged(with other: PetShape, over width: Float) -> PetShape {
    let (a, b) = (distance, other.distance)
    let (low, high) = (
      Point(min(bounds.low.x, other.bounds.low.x), min(bounds.low.y, other.bounds.low.y)),
      Point(max(bounds.high.x, other.bounds.high.x), max(bounds.high.y, other.bounds.high.y))
    )
    return PetShape(bounds: Bounds(low: low - width, high: high + width)) { point in
      let (first, second) = (a(point), b(point))
      let h = max(width - abs(first - second), 0) / width
      return min(first, second) - h * h * width / 4
    }
  }

  /// The part of the shape inside of another one.
  func clipped(to other: PetShape) -> PetShape {
    let (a, b) = (distance, other.distance)
    return PetShape(bounds: bounds) { max(a($0), b($0)) }
  }
}

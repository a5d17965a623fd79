/// A curve with a varying width.
struct Stroke {
  var points: [Point]
  /// Half of the width at the first point, as a fraction of the image side.
  var halfWidth: Float
  /// Half of the width at the last point.
  var endHalfWidth: Float

  init(_ points: [Point], halfWidth: Float, endHalfWidth: Float? = nil) {
    self.points = points
    self.halfWidth = halfWidth
    self.endHalfWidth = endHalfWidth ?? halfWidth
  }
}

extension Plane {
  /// Calls `body` with the segments of a stroke in pixels: both ends and their half widths.
  private func forEachPiece(
    of stroke: Stroke, _ body: (_ a: Point, _ b: Point, _ ra: Float, _ rb: Float) -> Void
  ) {
    guard stroke.points.count > 1 else { return }
    let scale = Float(width)
    let last = Float(stroke.points.count - 1)
    for index in 1..<stroke.points.count {
      let a = stroke.points[index - 1] * scale - 0.5
      let b = stroke.points[index] * scale - 0.5
      let widening = stroke.endHalfWidth - stroke.halfWidth
      body(
        a, b, (stroke.halfWidth + widening * Float(index - 1) / last) * scale,
        (stroke.halfWidth + widening * Float(index) / last) * scale)
    }
  }

  /// Raises the plane to a rounded profile along the stroke: `amplitude` at the center, 0 at the
  /// edge.
  ///
  /// Crossing strokes keep the maximum instead of the sum. Half widths below 0.7 pixels become 0.7
  /// at a lower amplitude, to avoid aliasing.
  mutating func liftThread(_ stroke: Stroke, amplitude: Float) {
    let (width, height) = (width, height)
    var values = self.values
    self.values = []
    values.withUnsafeMutableBufferPointer { values in
      forEachPiece(of: stroke) { a, b, ra, rb in
        let reach = max(ra, rb, 0.7) + 1
        guard
          let box = PixelSpan(
            min(a.x, b.x) - reach, max(a.x, b.x) + reach, min(a.y, b.y) - reach,
            max(a.y, b.y) + reach, width: width, height: height)
        else { return }
        let along = b - a
        let inverse = 1 / max(along.x * along.x + along.y * along.y, 1e-9)
        for y in box.y0..<box.y1 {
          let dy = Float(y) - a.y
          for x in box.x0..<box.x1 {
            let dx = Float(x) - a.x
            let t = min(max((dx * along.x + dy * along.y) * inverse, 0), 1)
            let ex = dx - t * along.x
            let ey = dy - t * along.y
            let wanted = ra + (rb - ra) * t
            let radius = max(wanted, 0.7) + 0.4
            let profile = 1 - (ex * ex + ey * ey) / (radius * radius)
            if profile > 0 {
              let height = amplitude * profile * min(wanted / 0.7, 1)
              let place = y * width + x
              if height > values[place] { values[place] = height }
            }
          }
        }
      }
    }
    self.values = values
  }

  /// Adds a flat bone along the stroke: a body of `amplitude` with brighter edges (cortex).
  mutating func addBone(_ stroke: Stroke, amplitude: Float, cortex: Float, scratch: inout Plane) {
    precondition(
      scratch.width == width, "the scratch plane has width \(scratch.width) instead of \(width)")
    let (width, height) = (width, height)
    var touched: [PixelSpan] = []
    var field = scratch.values
    scratch.values = []
    field.withUnsafeMutableBufferPointer { field in
      forEachPiece(of: stroke) { a, b, ra, rb in
        let reach = max(ra, rb) * 1.3 + 1
        guard
          let box = PixelSpan(
            min(a.x, b.x) - reach, max(a.x, b.x) + reach, min(a.y, b.y) - reach,
            max(a.y, b.y) + reach, width: width, height: height)
        else { return }
        touched.append(box)
        let along = b - a
        let inverse = 1 / max(along.x * along.x + along.y * along.y, 1e-9)
        for y in box.y0..<box.y1 {
          let dy = Float(y) - a.y
          for x in box.x0..<box.x1 {
            let dx = Float(x) - a.x
            let t = min(max((dx * along.x + dy * along.y) * inverse, 0), 1)
            let ex = dx - t * along.x
            let ey = dy - t * along.y
            let radius = ra + (rb - ra) * t
            // The scratch plane is 0 outside of bones, so it stores 2 - q, where q is the relative
            // distance.
            let closeness = 2 - (ex * ex + ey * ey).squareRoot() / radius
            let place = y * width + x
            if closeness > field[place] { field[place] = closeness }
          }
        }
      }
      values.withUnsafeMutableBufferPointer { values in
        for box in touched {
          for y in box.y0..<box.y1 {
            for place in y * width + box.x0..<y * width + box.x1 where field[place] > 0 {
              let q = 2 - field[place]
              field[place] = 0
              guard q < 1.2 else { continue }
              let rim = smoothStep(q, 0.45, 0.9)
              let fall = 1 - smoothStep(q, 0.88, 1.2)
              values[place] += (amplitude + cortex * rim) * fall
            }
          }
        }
      }
    }
    scratch.values = field
  }
}

/// The pixels of a rectangle, clipped to an image.
private struct PixelSpan {
  let x0: Int
  let x1: Int
  let y0: Int
  let y1: Int

  init?(
    _ left: Float, _ right: Float, _ top: Float, _ bottom: Float, width: Int, height: Int
  ) {
    guard right >= 0, bottom >= 0, left < Float(width), top < Float(height) else { return nil }
    x0 = Int(max(left, 0))
    y0 = Int(max(top, 0))
    x1 = min(Int(right) + 2, width)
    y1 = min(Int(bottom) + 2, height)
  }
}

/// The smoothstep function: 0 below `low`, 1 above `high`.
@inline(__always)
func smoothStep(_ x: Float, _ low: Float, _ high: Float) -> Float {
  let t = min(max((x - low) / (high - low), 0), 1)
  return t * t * (3 - 2 * t)
}

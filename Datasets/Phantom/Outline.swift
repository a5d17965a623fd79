/// A closed outline on the image.
struct Outline {
  var points: [Point]

  init(_ points: [Point]) {
    self.points = points
  }

  /// Creates a closed Catmull-Rom spline through points, with `steps` segments between two of them.
  init(through points: [Point], steps: Int = 8) {
    self.points = Self.smooth(points, steps: steps, closed: true)
  }

  /// Computes a Catmull-Rom spline through points.
  static func smooth(_ points: [Point], steps: Int = 8, closed: Bool = false) -> [Point] {
    let count = points.count
    var result: [Point] = []
    let pieces = closed ? count : count - 1
    result.reserveCapacity(pieces * steps + 1)
    func point(_ index: Int) -> Point {
      closed ? points[(index + count) % count] : points[min(max(index, 0), count - 1)]
    }
    for piece in 0..<pieces {
      let a = point(piece - 1)
      let b = point(piece)
      let c = point(piece + 1)
      let d = point(piece + 2)
      for step in 0..<steps {
        let t = Float(step) / Float(steps)
        let linear = (c - a) * t
        let square = (2 * a - 5 * b + 4 * c - d) * (t * t)
        let cube = (3 * b - a - 3 * c + d) * (t * t * t)
        result.append(b + 0.5 * (linear + square + cube))
      }
    }
    if !closed, let last = points.last { result.append(last) }
    return result
  }

  /// The distance from a point inside to the nearest crossing along a unit direction.
  func distance(from origin: Point, along direction: Point) -> Float {
    var nearest = Float.infinity
    var previous = points[points.count - 1] - origin
    for point in points {
      let current = point - origin
      let sideA = direction.x * previous.y - direction.y * previous.x
      let sideB = direction.x * current.y - direction.y * current.x
      if (sideA < 0) != (sideB < 0) {
        let crossing = previous + (current - previous) * (sideA / (sideA - sideB))
        let along = crossing.x * direction.x + crossing.y * direction.y
        if along > 0 { nearest = min(nearest, along) }
      }
      previous = current
    }
    return nearest
  }

  /// Computes the spans of a line inside of the outline, as sorted pairs of crossings (even-odd
  /// rule).
  ///
  /// - Parameters:
  ///   - position: The y coordinate of a horizontal line, or the x coordinate of a vertical one.
  ///   - vertical: Whether the line is vertical.
  ///   - result: The crossings; previous content is removed.
  func crossings(at position: Float, vertical: Bool, into result: inout [Float]) {
    result.removeAll(keepingCapacity: true)
    points.withUnsafeBufferPointer { points in
      var previous = points[points.count - 1]
      for current in points {
        let a = vertical ? previous.x : previous.y
        let b = vertical ? current.x : current.y
        if (a <= position) != (b <= position) {
          let t = (position - a) / (b - a)
          let from = vertical ? previous.y : previous.x
          let to = vertical ? current.y : current.x
          result.append(from + (to - from) * t)
        }
        previous = current
      }
    }
    result.sort()
  }

  /// The rows or columns of a plane of `size` that the outline may touch.
  private func extent(size: Int, vertical: Bool) -> Range<Int> {
    var low = Float.infinity
    var high = -Float.infinity
    for point in points {
      let value = vertical ? point.x : point.y
      low = min(low, value)
      high = max(high, value)
    }
    let first = max(Int((low * Float(size)).rounded(.down)) - 1, 0)
    let last = min(Int((high * Float(size)).rounded(.up)) + 1, size)
    return first < last ? first..<last : 0..<0
  }

  /// Rasterizes the coverage of each sample, 0...1, with four lines per row.
  func coverage(size: Int) -> Plane {
    var plane = Plane(size: size)
    var crossings: [Float] = []
    let scale = Float(size)
    plane.values.withUnsafeMutableBufferPointer { values in
      for y in extent(size: size, vertical: false) {
        for line in 0..<4 {
          let position = (Float(y) + (Float(line) + 0.5) / 4) / scale
          self.crossings(at: position, vertical: false, into: &crossings)
          for pair in 0..<crossings.count / 2 {
            let start = min(max(crossings[2 * pair] * scale, 0), scale)
            let end = min(max(crossings[2 * pair + 1] * scale, 0), scale)
            guard end > start else { continue }
            let first = min(Int(start), size - 1)
            let last = min(Int(end), size - 1)
            let row = y * size
            if first == last {
              values[row + first] += 0.25 * (end - start)
            } else {
              values[row + first] += 0.25 * (Float(first + 1) - start)
              for x in first + 1..<max(last, first + 1) { values[row + x] += 0.25 }
              values[row + last] += 0.25 * (end - Float(last))
            }
          }
        }
      }
    }
    return plane
  }

  /// Rasterizes the pixels whose centers are inside, as runs of positions down the columns.
  ///
  /// Position `p` is row `p mod size` of column `p / size`, as in SIIM's files.
  func columnRuns(size: Int) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var crossings: [Float] = []
    let scale = Float(size)
    for x in extent(size: size, vertical: true) {
      self.crossings(at: (Float(x) + 0.5) / scale, vertical: true, into: &crossings)
      for pair in 0..<crossings.count / 2 {
        let start = min(max((crossings[2 * pair] * scale - 0.5).rounded(.up), 0), scale)
        let end = min(max((crossings[2 * pair + 1] * scale - 0.5).rounded(.up), 0), scale)
        guard end > start else { continue }
        let run = x * size + Int(start)..<x * size + Int(end)
        if let last = runs.last, last.upperBound == run.lowerBound {
          runs[runs.count - 1] = last.lowerBound..<run.upperBound
        } else {
          runs.append(run)
        }
      }
    }
    return runs
  }
}

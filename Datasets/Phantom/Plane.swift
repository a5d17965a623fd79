/// A point of the image: (0, 0) is the top left corner, (1, 1) the bottom right one.
typealias Point = SIMD2<Float>

/// A raster of values over the whole image, at any resolution.
///
/// The value at column `x`, row `y` is `values[y * width + x]`, at the image point
/// `((x + 0.5) / width, (y + 0.5) / height)`.
struct Plane {
  let width: Int
  let height: Int
  var values: [Float]

  init(size: Int, filledWith value: Float = 0) {
    width = size
    height = size
    values = [Float](repeating: value, count: size * size)
  }

  /// Applies a box blur of `(2 radius + 1)²` values, `passes` times.
  ///
  /// Edge values are repeated. Three passes approximate a Gaussian.
  mutating func blur(radius: Int, passes: Int = 3) {
    guard radius > 0 else { return }
    var scratch = [Float](repeating: 0, count: values.count)
    for _ in 0..<passes {
      Self.boxRows(from: values, into: &scratch, width: width, height: height, radius: radius)
      Self.boxColumns(from: scratch, into: &values, width: width, height: height, radius: radius)
    }
  }

  private static func boxRows(
    from source: [Float], into target: inout [Float], width: Int, height: Int, radius: Int
  ) {
    let scale = 1 / Float(2 * radius + 1)
    source.withUnsafeBufferPointer { source in
      target.withUnsafeMutableBufferPointer { target in
        for y in 0..<height {
          let row = y * width
          var sum = source[row] * Float(radius)
          for x in 0...radius { sum += source[row + min(x, width - 1)] }
          let inner = min(radius, width)..<max(width - radius - 1, min(radius, width))
          for x in 0..<inner.lowerBound {
            target[row + x] = sum * scale
            sum += source[row + min(x + radius + 1, width - 1)] - source[row]
          }
          for x in inner {
            target[row + x] = sum * scale
            sum += source[row + x + radius + 1] - source[row + x - radius]
          }
          for x in inner.upperBound..<width {
            target[row + x] = sum * scale
            sum += source[row + width - 1] - source[row + max(x - radius, 0)]
          }
        }
      }
    }
  }

  private static func boxColumns(
    from source: [Float], into target: inout [Float], width: Int, height: Int, radius: Int
  ) {
    let scale = 1 / Float(2 * radius + 1)
    var sums = [Float](repeating: 0, count: width)
    source.withUnsafeBufferPointer { source in
      target.withUnsafeMutableBufferPointer { target in
        sums.withUnsafeMutableBufferPointer { sums in
          for x in 0..<width { sums[x] = source[x] * Float(radius) }
          for y in 0...radius {
            let row = min(y, height - 1) * width
            for x in 0..<width { sums[x] += source[row + x] }
          }
          for y in 0..<height {
            let row = y * width
            let entering = min(y + radius + 1, height - 1) * width
            let leaving = max(y - radius, 0) * width
            for x in 0..<width {
              target[row + x] = sums[x] * scale
              sums[x] += source[entering + x] - source[leaving + x]
            }
          }
        }
      }
    }
  }

  /// Resizes the plane by bilinear interpolation.
  func resampled(to size: Int) -> Plane {
    var result = Plane(size: size)
    let columns = Interpolation(from: width, to: size)
    let rows = Interpolation(from: height, to: size)
    let width = width
    var line = [Float](repeating: 0, count: width)
    values.withUnsafeBufferPointer { source in
      result.values.withUnsafeMutableBufferPointer { target in
        line.withUnsafeMutableBufferPointer { line in
          for y in 0..<size {
            let upper = rows.first[y] * width
            let lower = rows.second[y] * width
            let t = rows.weight[y]
            for x in 0..<width {
              line[x] = source[upper + x] + (source[lower + x] - source[upper + x]) * t
            }
            columns.apply(line, into: UnsafeMutableBufferPointer(rebasing: target[(y * size)...]))
          }
        }
      }
    }
    return result
  }
}

/// The linear interpolation of each output sample along one axis.
struct Interpolation {
  let first: [Int]
  let second: [Int]
  let weight: [Float]

  init(from old: Int, to new: Int) {
    let positions = (0..<new).map { (Float($0) + 0.5) * Float(old) / Float(new) - 0.5 }
    first = positions.map { min(max(Int($0.rounded(.down)), 0), old - 1) }
    second = first.map { min($0 + 1, old - 1) }
    weight = zip(positions, first).map { min(max($0 - Float($1), 0), 1) }
  }

  /// Interpolates a line of input samples into the first `first.count` samples of the target.
  func apply(
    _ line: UnsafeMutableBufferPointer<Float>, into target: UnsafeMutableBufferPointer<Float>
  ) {
    first.withUnsafeBufferPointer { first in
      second.withUnsafeBufferPointer { second in
        weight.withUnsafeBufferPointer { weight in
          for x in 0..<first.count {
            let a = line[first[x]]
            target[x] = a + (line[second[x]] - a) * weight[x]
          }
        }
      }
    }
  }
}

import Tensors

/// Fills removed pixels from their neighbors, so that the shape of the removed region tells the model nothing: ROAD's
/// noisy linear imputation (Rong et al., arXiv:2202.00449).
///
///     s_i · x_i − Σ_j w_ij · x_j = Σ_k w_ik · x_k,   w = 1/6 beside, 1/12 diagonally,   s_i = Σ w over the image
///
/// for removed pixels `i` with removed neighbors `j` and known neighbors `k`. The system is symmetric and positive
/// definite and solved by conjugate gradients, started from means of known pixels on coarser grids.
package struct NoisyLinearImputer {
  private let height: Int
  private let width: Int
  /// The row length with a border of one pixel.
  private let stride: Int
  /// 1 for removed pixels, 0 elsewhere and in the border.
  private var removed: [Float]
  /// The sum of the weights of a pixel's neighbors.
  private var sums: [Float]
  private let isRemoved: [Bool]

  /// Creates an imputer.
  ///
  /// - Precondition: Some pixel is not removed.
  package init(height: Int, width: Int, removed isRemoved: [Bool]) {
    precondition(
      isRemoved.count == height * width && isRemoved.contains(false),
      "\(isRemoved.count) flags of \(height) x \(width) pixels, of which some must stay")
    self.height = height
    self.width = width
    self.isRemoved = isRemoved
    stride = width + 2
    removed = [Float](repeating: 0, count: stride * (height + 2))
    sums = [Float](repeating: 1, count: stride * (height + 2))
    var inside = removed
    for y in 0..<height {
      for x in 0..<width {
        inside[(y + 1) * stride + x + 1] = 1
        if isRemoved[y * width + x] { removed[(y + 1) * stride + x + 1] = 1 }
      }
    }
    Self.neighbors(inside, stride, into: &sums)
  }

  /// The plane with its removed pixels filled.
  ///
  /// - Parameters:
  ///   - plane: One channel, rows from the top.
  ///   - tolerance: The largest residual that is left, relative to the range of the known values.
  /// - Returns: The filled plane, without noise.
  package func filled(_ plane: [Float], tolerance: Float = 1e-4) -> [Float] {
    precondition(plane.count == height * width, "\(plane.count) values")
    var lowest = Float.infinity
    var highest = -Float.infinity
    for (value, gone) in zip(plane, isRemoved) where !gone {
      lowest = min(lowest, value)
      highest = max(highest, value)
    }
    let count = removed.count
    var x = start(plane)
    // The residual b − A x is the mean of the neighbors, known and removed alike, minus s x.
    var residual = [Float](repeating: 0, count: count)
    var product = residual
    Self.neighbors(x, stride, into: &residual)
    for i in 0..<count { residual[i] = removed[i] * (residual[i] - sums[i] * x[i]) }
    var direction = residual
    var square = Self.dot(residual, residual)
    let limit = Double(tolerance * max(highest - lowest, 0))
    let number = Double(max(isRemoved.count(where: \.self), 1))
    for _ in 0..<1000 where (square / number).squareRoot() > limit {
      Self.neighbors(direction, stride, into: &product)
      for i in 0..<count { product[i] = removed[i] * (sums[i] * direction[i] - product[i]) }
      let curvature = Self.dot(direction, product)
      guard curvature > 0 else { break }
      let step = Float(square / curvature)
      for i in 0..<count {
        x[i] += step * direction[i]
        residual[i] -= step * product[i]
      }
      let next = Self.dot(residual, residual)
      let ratio = Float(next / square)
      for i in 0..<count { direction[i] = residual[i] + ratio * direction[i] }
      square = next
    }
    return (0..<(height * width)).map { x[($0 / width + 1) * stride + $0 % width + 1] }
  }

  /// Known values, and for removed pixels the mean of the known ones in the smallest block of 2ⁿ pixels that has any.
  private func start(_ plane: [Float]) -> [Float] {
    var levels: [(sums: [Float], counts: [Float], height: Int, width: Int)] = [
      (
        zip(plane, isRemoved).map { $1 ? 0 : $0 }, isRemoved.map { $0 ? 0 : 1 }, height, width
      )
    ]
    while let last = levels.last, last.height > 1 || last.width > 1 {
      let (h, w) = ((last.height + 1) / 2, (last.width + 1) / 2)
      var (sums, counts) = ([Float](repeating: 0, count: h * w), [Float](repeating: 0, count: h * w))
      for y in 0..<last.height {
        for x in 0..<last.width {
          sums[y / 2 * w + x / 2] += last.sums[y * last.width + x]
          counts[y / 2 * w + x / 2] += last.counts[y * last.width + x]
        }
      }
      levels.append((sums, counts, h, w))
    }
    var values: [Float] = []
    for (depth, level) in levels.enumerated().reversed() {
      var own = [Float](repeating: 0, count: level.sums.count)
      for y in 0..<level.height {
        for x in 0..<level.width {
          let place = y * level.width + x
          if level.counts[place] > 0 {
            own[place] = level.sums[place] / level.counts[place]
          } else if depth + 1 < levels.count {
            own[place] = values[y / 2 * levels[depth + 1].width + x / 2]
          }
        }
      }
      values = own
    }
    var padded = [Float](repeating: 0, count: removed.count)
    for y in 0..<height {
      for x in 0..<width { padded[(y + 1) * stride + x + 1] = values[y * width + x] }
    }
    return padded
  }

  /// The weighted sum of the eight neighbors of each pixel; the border is left as it is.
  private static func neighbors(_ values: [Float], _ stride: Int, into result: inout [Float]) {
    let count = values.count
    values.withUnsafeBufferPointer { v in
      result.withUnsafeMutableBufferPointer { r in
        for i in (stride + 1)..<(count - stride - 1) {
          let beside = v[i - 1] + v[i + 1] + v[i - stride] + v[i + stride]
          let diagonal =
            v[i - stride - 1] + v[i - stride + 1] + v[i + stride - 1] + v[i + stride + 1]
          r[i] = beside * (1 / 6) + diagonal * (1 / 12)
        }
      }
    }
  }

  private static func dot(_ a: [Float], _ b: [Float]) -> Double {
    var sum = 0.0
    for (x, y) in zip(a, b) { sum += Double(x) * Double(y) }
    return sum
  }
}

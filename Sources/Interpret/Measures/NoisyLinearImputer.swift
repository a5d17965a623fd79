/// Fills removed pixels from their neighbors, so that the shape of the removed region tells the model nothing: ROAD's
/// noisy linear imputation (Rong et al., arXiv:2202.00449).
///
///     s_i · x_i − Σ_j w_ij · x_j = Σ_k w_ik · x_k,   w = 1/6 beside, 1/12 diagonally,   s_i = Σ w over the image
///
/// for removed pixels `i` with removed neighbors `j` and known neighbors `k`. The system is symmetric and positive
/// definite and solved by conjugate gradients, first on an image of half the size, whose solution is the start of the
/// next one: large holes then take as few steps as small ones.
package struct NoisyLinearImputer {
  private let levels: [Level]

  /// Creates an imputer.
  ///
  /// - Precondition: Some pixel is not removed.
  package init(height: Int, width: Int, removed: [Bool]) {
    precondition(
      removed.count == height * width && removed.contains(false),
      "\(removed.count) flags of \(height) x \(width) pixels, of which some must stay")
    var levels = [Level(height: height, width: width, removed: removed)]
    while let last = levels.last, last.removedCount > 0, min(last.height, last.width) > 4 {
      levels.append(last.coarser)
    }
    self.levels = levels
  }

  /// The plane with its removed pixels filled.
  ///
  /// - Parameters:
  ///   - plane: One channel, rows from the top.
  ///   - tolerance: The residual that is left, in the root mean square, relative to the range of the known values.
  /// - Returns: The filled plane, without noise.
  package func filled(_ plane: [Float], tolerance: Double = 1e-5) -> [Float] {
    precondition(plane.count == levels[0].removed.count, "\(plane.count) values")
    var planes = [plane.map(Double.init)]
    for (level, coarser) in zip(levels, levels.dropFirst()) {
      planes.append(level.averaged(planes[planes.count - 1], to: coarser))
    }
    let known = zip(plane, levels[0].removed).filter { !$0.1 }.map(\.0)
    let range = Double((known.max() ?? 0) - (known.min() ?? 0))
    var start: [Double]?
    for place in levels.indices.reversed() {
      start = levels[place].filled(
        planes[place], from: start, of: place + 1 < levels.count ? levels[place + 1] : nil,
        limit: tolerance * range)
    }
    return (start ?? planes[0]).map(Float.init)
  }
}

/// The system of one size of the image.
private struct Level {
  let height: Int
  let width: Int
  let removed: [Bool]
  let removedCount: Int
  /// The row length with a border of one pixel.
  private let stride: Int

  init(height: Int, width: Int, removed: [Bool]) {
    self.height = height
    self.width = width
    self.removed = removed
    removedCount = removed.count { $0 }
    stride = width + 2
  }

  /// Half the size; a block is removed if all of its pixels are.
  var coarser: Level {
    let (h, w) = ((height + 1) / 2, (width + 1) / 2)
    var gone = [Bool](repeating: true, count: h * w)
    for y in 0..<height {
      for x in 0..<width where !removed[y * width + x] { gone[y / 2 * w + x / 2] = false }
    }
    return Level(height: h, width: w, removed: gone)
  }

  /// The means of known pixels in the blocks of the coarser level.
  func averaged(_ plane: [Double], to coarser: Level) -> [Double] {
    var sums = [Double](repeating: 0, count: coarser.removed.count)
    var counts = sums
    for y in 0..<height {
      for x in 0..<width where !removed[y * width + x] {
        sums[y / 2 * coarser.width + x / 2] += plane[y * width + x]
        counts[y / 2 * coarser.width + x / 2] += 1
      }
    }
    return zip(sums, counts).map { $1 > 0 ? $0 / $1 : 0 }
  }

  /// Solves the system.
  ///
  /// - Parameters:
  ///   - plane: The values of known pixels.
  ///   - coarse: The solution of the coarser level.
  ///   - coarser: That level.
  ///   - limit: The root mean square of the residual at which the solution is good enough.
  /// - Returns: The plane with its removed pixels filled.
  func filled(
    _ plane: [Double], from coarse: [Double]?, of coarser: Level?, limit: Double
  ) -> [Double] {
    guard removedCount > 0 else { return plane }
    let count = stride * (height + 2)
    var (mask, inside) = (
      [Double](repeating: 0, count: count), [Double](repeating: 0, count: count)
    )
    var x = inside
    for row in 0..<height {
      for column in 0..<width {
        let (place, padded) = (row * width + column, (row + 1) * stride + column + 1)
        inside[padded] = 1
        if !removed[place] {
          x[padded] = plane[place]
          continue
        }
        mask[padded] = 1
        if let coarse, let coarser {
          x[padded] = coarser.value(coarse, Double(column) / 2 - 0.25, Double(row) / 2 - 0.25)
        }
      }
    }
    var sums = [Double](repeating: 0, count: count)
    Self.addNeighbors(inside, stride, to: &sums)
    // The residual b − A x is the weighted sum of the neighbors, known and removed alike, minus s x.
    var residual = [Double](repeating: 0, count: count)
    var product = residual
    Self.addNeighbors(x, stride, to: &residual)
    for i in 0..<count { residual[i] = mask[i] * (residual[i] - sums[i] * x[i]) }
    var direction = residual
    var square = Self.dot(residual, residual)
    let enough = limit * limit * Double(removedCount)
    for _ in 0..<2000 where square > enough {
      Self.addNeighbors(direction, stride, to: &product)
      Self.multiply(&product, mask, sums, direction)
      let curvature = Self.dot(direction, product)
      guard curvature > 0 else { break }
      let step = square / curvature
      Self.add(direction, times: step, to: &x)
      Self.add(product, times: -step, to: &residual)
      let next = Self.dot(residual, residual)
      Self.scale(&direction, by: next / square, adding: residual)
      square = next
    }
    return (0..<(height * width)).map { x[($0 / width + 1) * stride + $0 % width + 1] }
  }

  /// A plane of this level between its pixels, bilinearly.
  private func value(_ plane: [Double], _ x: Double, _ y: Double) -> Double {
    let (px, py) = (min(max(x, 0), Double(width - 1)), min(max(y, 0), Double(height - 1)))
    let (left, top) = (Int(px), Int(py))
    let (right, bottom) = (min(left + 1, width - 1), min(top + 1, height - 1))
    let (fx, fy) = (px - Double(left), py - Double(top))
    let upper = plane[top * width + left] * (1 - fx) + plane[top * width + right] * fx
    let lower = plane[bottom * width + left] * (1 - fx) + plane[bottom * width + right] * fx
    return upper * (1 - fy) + lower * fy
  }

  // MARK: Loops over padded planes

  /// Sets the result to the weighted sum of the eight neighbors of each pixel; the border is left as it is.
  private static func addNeighbors(_ values: [Double], _ stride: Int, to result: inout [Double]) {
    let count = values.count
    values.withUnsafeBufferPointer { v in
      result.withUnsafeMutableBufferPointer { r in
        for i in (stride + 1)..<(count - stride - 1) {
          let beside = v[i - 1] + v[i + 1] + v[i - stride] + v[i + stride]
          let above = v[i - stride - 1] + v[i - stride + 1]
          let below = v[i + stride - 1] + v[i + stride + 1]
          r[i] = beside * (1 / 6) + (above + below) * (1 / 12)
        }
      }
    }
  }

  /// `product = mask · (sums · direction − product)`.
  private static func multiply(
    _ product: inout [Double], _ mask: [Double], _ sums: [Double], _ direction: [Double]
  ) {
    let count = product.count
    precondition(mask.count == count && sums.count == count && direction.count == count)
    for i in 0..<count { product[i] = mask[i] * (sums[i] * direction[i] - product[i]) }
  }

  private static func add(_ values: [Double], times factor: Double, to sum: inout [Double]) {
    precondition(values.count == sum.count)
    for i in 0..<sum.count { sum[i] += factor * values[i] }
  }

  private static func scale(_ values: inout [Double], by factor: Double, adding other: [Double]) {
    precondition(values.count == other.count)
    for i in 0..<values.count { values[i] = other[i] + factor * values[i] }
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    precondition(a.count == b.count)
    var (even, odd) = (0.0, 0.0)
    let pairs = a.count / 2
    for i in 0..<pairs {
      even += a[2 * i] * b[2 * i]
      odd += a[2 * i + 1] * b[2 * i + 1]
    }
    return a.count % 2 == 1 ? even + odd + a[a.count - 1] * b[a.count - 1] : even + odd
  }
}

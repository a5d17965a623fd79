import Foundation
package import Imaging

/// How alike two maps of one size are.
package enum MapSimilarity {
  /// Pearson's correlation of the pixels; nil if one of the maps is constant.
  package static func pearson(_ a: ScalarImage, _ b: ScalarImage) -> Double? {
    check(a, b)
    return pearson(a.values.map(Double.init), b.values.map(Double.init))
  }

  /// Spearman's rank correlation of the pixels, equal values with their mean rank (`scipy.stats.spearmanr`); nil if
  /// one of the maps is constant.
  package static func spearman(_ a: ScalarImage, _ b: ScalarImage) -> Double? {
    check(a, b)
    return pearson(ranks(a.values), ranks(b.values))
  }

  /// The structural similarity of the maps, each scaled to 0...1 (Wang et al., IEEE TIP 13, 2004): Gaussian windows of
  /// 11 pixels with a deviation of 1.5.
  ///
  ///     SSIM = (2 μa μb + C1)(2 σab + C2) / ((μa² + μb² + C1)(σa² + σb² + C2)),   C1 = 0.01², C2 = 0.03²
  ///
  /// The mean over the windows inside of the maps, as scikit-image's `structural_similarity` with
  /// `gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1`.
  ///
  /// - Returns: nil for maps with a side below 11.
  package static func ssim(_ a: ScalarImage, _ b: ScalarImage) -> Double? {
    check(a, b)
    guard a.width >= 11, a.height >= 11 else { return nil }
    let (x, y) = (a.unit.values.map(Double.init), b.unit.values.map(Double.init))
    func blurred(_ values: [Double]) -> [Double] {
      insideBlur(values, width: a.width, height: a.height)
    }
    let (meanX, meanY) = (blurred(x), blurred(y))
    let (squareX, squareY) = (blurred(x.map { $0 * $0 }), blurred(y.map { $0 * $0 }))
    let product = blurred(zip(x, y).map { $0 * $1 })
    let (c1, c2) = (0.0001, 0.0009)
    var sum = 0.0
    for place in meanX.indices {
      let (mx, my) = (meanX[place], meanY[place])
      let (vx, vy) = (squareX[place] - mx * mx, squareY[place] - my * my)
      let covariance = product[place] - mx * my
      sum +=
        (2 * mx * my + c1) * (2 * covariance + c2)
        / ((mx * mx + my * my + c1) * (vx + vy + c2))
    }
    return sum / Double(meanX.count)
  }

  private static let window: [Double] = {
    let weights = (-5...5).map { exp(-Double($0 * $0) / (2 * 1.5 * 1.5)) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }()

  /// Weighted means over the windows that lie inside.
  private static func insideBlur(_ values: [Double], width: Int, height: Int) -> [Double] {
    let inner = width - 10
    var wide = [Double](repeating: 0, count: height * inner)
    for y in 0..<height {
      for x in 0..<inner {
        var sum = 0.0
        for k in 0..<11 { sum += window[k] * values[y * width + x + k] }
        wide[y * inner + x] = sum
      }
    }
    var result = [Double](repeating: 0, count: (height - 10) * inner)
    for y in 0..<(height - 10) {
      for k in 0..<11 {
        let weight = window[k]
        for x in 0..<inner { result[y * inner + x] += weight * wide[(y + k) * inner + x] }
      }
    }
    return result
  }

  private static func pearson(_ x: [Double], _ y: [Double]) -> Double? {
    let count = Double(x.count)
    let (meanX, meanY) = (x.reduce(0, +) / count, y.reduce(0, +) / count)
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for (a, b) in zip(x, y) {
      xx += (a - meanX) * (a - meanX)
      yy += (b - meanY) * (b - meanY)
      xy += (a - meanX) * (b - meanY)
    }
    guard xx > 0, yy > 0 else { return nil }
    return xy / (xx * yy).squareRoot()
  }

  private static func ranks(_ values: [Float]) -> [Double] {
    let order = PixelOrder.falling(values)
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      for place in start..<end { ranks[order[place]] = -Double(start + end - 1) / 2 }
      start = end
    }
    return ranks
  }

  private static func check(_ a: ScalarImage, _ b: ScalarImage) {
    precondition(
      a.width == b.width && a.height == b.height,
      "maps of \(a.width) x \(a.height) and \(b.width) x \(b.height) pixels")
  }
}

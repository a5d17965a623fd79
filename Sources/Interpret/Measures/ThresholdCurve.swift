package import Imaging

/// Intersection over union of a region and a map's pixels at or above a share of its highest value, for many shares.
package enum ThresholdCurve {
  /// The shares of the highest value: 0.01, 0.02, …, 0.99, and below them 0.0005, 0.001, 0.002 and 0.005, for products
  /// of maps, whose values fall steeply.
  package static let shares: [Float] =
    [0.0005, 0.001, 0.002, 0.005] + (1..<100).map { Float($0) / 100 }

  /// The intersection over union at each share; zeros for a map without a positive pixel.
  package static func overlaps(_ map: ScalarImage, _ mask: PixelMask) -> [Double] {
    let highest = map.values.max() ?? 0
    guard highest > 0, highest.isFinite else {
      return [Double](repeating: 0, count: shares.count)
    }
    // Pixels by the number of shares that they reach.
    var inside = [Int](repeating: 0, count: shares.count + 1)
    var all = inside
    for (value, isInside) in zip(map.values, mask.values) where value > 0 {
      let share = value / highest
      var reached = min(Int(share * 100) + 4, shares.count)
      while reached < shares.count, share >= shares[reached] { reached += 1 }
      while reached > 0, share < shares[reached - 1] { reached -= 1 }
      all[reached] += 1
      if isInside { inside[reached] += 1 }
    }
    let area = mask.area
    var (both, above) = (0, 0)
    var overlaps = [Double](repeating: 0, count: shares.count)
    for reached in stride(from: shares.count, to: 0, by: -1) {
      both += inside[reached]
      above += all[reached]
      let union = above + area - both
      overlaps[reached - 1] = union > 0 ? Double(both) / Double(union) : 0
    }
    return overlaps
  }

  /// The place of the share that is nearest to another one.
  package static func place(nearest share: Double) -> Int {
    shares.indices.dropFirst().reduce(0) {
      abs(Double(shares[$1]) - share) < abs(Double(shares[$0]) - share) ? $1 : $0
    }
  }

  /// The share with the highest mean over images, and that mean; nil without images.
  package static func best(_ curves: [[Double]]) -> (place: Int, mean: Double)? {
    guard !curves.isEmpty else { return nil }
    let means = shares.indices.map { place in
      curves.reduce(0) { $0 + $1[place] } / Double(curves.count)
    }
    let place = means.indices.dropFirst().reduce(0) { means[$1] > means[$0] ? $1 : $0 }
    return (place, means[place])
  }
}

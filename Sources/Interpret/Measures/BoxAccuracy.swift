package import Imaging

/// The share of images whose largest component's box overlaps the true box enough: MaxBoxAcc of weakly supervised
/// localization (Choe et al., arXiv:2001.07437).
///
/// For each threshold of 0, 0.01, …, 0.99 of the map scaled to 0...1. The best threshold is chosen over all images,
/// so compare only numbers of one test set.
package struct BoxAccuracy: Sendable {
  /// The overlap per image and threshold.
  private var overlaps: [[Double]] = []

  package static let thresholds = (0..<100).map { Float($0) / 100 }

  package init() {}

  /// Creates a measure from the overlaps of images.
  package init(overlaps: [[Double]]) { self.overlaps = overlaps }

  /// Adds an image; one with an empty mask is not counted.
  ///
  /// - Returns: The intersection over union at each threshold.
  @discardableResult
  package mutating func add(_ map: ScalarImage, _ mask: PixelMask) -> [Double] {
    guard let found = Self.overlaps(map, mask) else { return [] }
    overlaps.append(found)
    return found
  }

  /// The intersection over union of the largest component's box and the mask's box, at each threshold; nil if the
  /// mask is empty.
  package static func overlaps(_ map: ScalarImage, _ mask: PixelMask) -> [Double]? {
    mask.boundingBox.map { truth in
      LargestComponents.boxes(map.unit, thresholds: thresholds).map {
        $0?.intersectionOverUnion(truth) ?? 0
      }
    }
  }

  /// The share of images with at least an overlap, per threshold.
  ///
  /// - Parameters:
  ///   - overlap: The lowest intersection over union that counts.
  ///   - weights: How often each image counts. Default: once.
  /// - Returns: One share per threshold.
  package func curve(overlap: Double, weights: [Double]? = nil) -> [Double] {
    let total = weights?.reduce(0, +) ?? Double(overlaps.count)
    guard total > 0 else { return [] }
    return Self.thresholds.indices.map { place in
      var sum = 0.0
      for (image, found) in overlaps.enumerated() where found[place] >= overlap {
        sum += weights?[image] ?? 1
      }
      return sum / total
    }
  }

  /// The share at the best threshold, for an overlap of 0.5 (MaxBoxAcc).
  package var maxBoxAcc: Double? { maxBoxAcc() }

  /// The mean over overlaps of 0.3, 0.5 and 0.7 of the share at the best threshold of each (MaxBoxAccV2).
  package var maxBoxAccV2: Double? { maxBoxAccV2() }

  /// MaxBoxAcc of weighted images.
  package func maxBoxAcc(weights: [Double]? = nil) -> Double? {
    curve(overlap: 0.5, weights: weights).max()
  }

  /// MaxBoxAccV2 of weighted images.
  package func maxBoxAccV2(weights: [Double]? = nil) -> Double? {
    let best = [0.3, 0.5, 0.7].compactMap { curve(overlap: $0, weights: weights).max() }
    return best.isEmpty ? nil : best.reduce(0, +) / 3
  }
}

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

  /// Adds an image; one with an empty mask is not counted.
  ///
  /// - Returns: The intersection over union at each threshold.
  @discardableResult
  package mutating func add(_ map: ScalarImage, _ mask: PixelMask) -> [Double] {
    guard let truth = mask.boundingBox else { return [] }
    let unit = map.unit
    let found = Self.thresholds.map { threshold in
      let components = ConnectedComponent.find(unit, threshold: threshold)
      guard let first = components.first else { return 0.0 }
      let largest = components.dropFirst().reduce(first) { $1.area > $0.area ? $1 : $0 }
      return largest.box.intersectionOverUnion(truth)
    }
    overlaps.append(found)
    return found
  }

  /// The share of images with at least an overlap, per threshold.
  package func curve(overlap: Double) -> [Double] {
    guard !overlaps.isEmpty else { return [] }
    return Self.thresholds.indices.map { place in
      Double(overlaps.count { $0[place] >= overlap }) / Double(overlaps.count)
    }
  }

  /// The share at the best threshold, for an overlap of 0.5 (MaxBoxAcc).
  package var maxBoxAcc: Double? { curve(overlap: 0.5).max() }

  /// The mean over overlaps of 0.3, 0.5 and 0.7 of the share at the best threshold of each (MaxBoxAccV2).
  package var maxBoxAccV2: Double? {
    let best = [0.3, 0.5, 0.7].compactMap { curve(overlap: $0).max() }
    return best.isEmpty ? nil : best.reduce(0, +) / 3
  }
}

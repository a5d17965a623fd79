public import Imaging

/// Collects what each threshold reaches, image by image, so that a set of any size needs constant memory.
public struct ThresholdChoice: Sendable {
  /// What one threshold reached so far.
  private struct Tally {
    var overlapSum = 0.0
    var boxHits = 0
    var kept = 0
    var keptInside = 0
  }

  private var tallies = [Tally](repeating: Tally(), count: CalibratedThreshold.candidates.count)
  private var images = 0
  private var withoutEvidence = 0
  private var maskArea = 0

  /// Starts without images.
  public init() {}

  /// Adds an image, unless its mask is empty.
  ///
  /// - Parameters:
  ///   - map: The map on the pixels of the model's input; its positive part counts. A map with NaN has no evidence.
  ///   - mask: The true region on the same pixels.
  public mutating func add(_ map: ScalarImage, _ mask: PixelMask) {
    precondition(
      map.width == mask.width && map.height == mask.height,
      "a map of \(map.width) x \(map.height) pixels and a mask of \(mask.width) x \(mask.height)")
    let area = mask.area
    guard area > 0 else { return }
    images += 1
    maskArea += area
    guard map.values.allSatisfy(\.isFinite), let peak = map.values.max(), peak > 0 else {
      withoutEvidence += 1
      return
    }
    let truths = Self.boxes(of: mask)
    let thresholds = CalibratedThreshold.candidates.map { RelativeThreshold.value($0, peak: peak) }
    let counts = Self.counts(map, mask, thresholds)
    for (index, threshold) in thresholds.enumerated() {
      let (kept, inside) = counts[index]
      tallies[index].kept += kept
      tallies[index].keptInside += inside
      tallies[index].overlapSum += Double(inside) / Double(kept + area - inside)
      let regions = ConnectedComponent.find(map, threshold: threshold)
      guard let first = regions.first else { continue }
      let best = regions.dropFirst().reduce(first) { $1.mass > $0.mass ? $1 : $0 }
      if truths.contains(where: { best.box.intersectionOverUnion($0) >= 0.5 }) {
        tallies[index].boxHits += 1
      }
    }
  }

  /// The threshold with the highest mean intersection over union; nil without images.
  public var best: CalibratedThreshold? {
    guard images > 0 else { return nil }
    let index = tallies.indices.dropFirst().reduce(0) {
      tallies[$1].overlapSum > tallies[$0].overlapSum ? $1 : $0
    }
    let tally = tallies[index]
    return CalibratedThreshold(
      threshold: CalibratedThreshold.candidates[index], images: images,
      imagesWithoutEvidence: withoutEvidence, meanIoU: tally.overlapSum / Double(images),
      boxAccuracy: Double(tally.boxHits) / Double(images),
      precision: tally.kept > 0 ? Double(tally.keptInside) / Double(tally.kept) : 0,
      recall: Double(tally.keptInside) / Double(maskArea))
  }

  /// The box of a mask and those of its regions.
  private static func boxes(of mask: PixelMask) -> [BoundingBox] {
    let regions = ConnectedComponent.find(
      ScalarImage(
        width: mask.width, height: mask.height, values: mask.values.map { $0 ? 1 : 0 }),
      threshold: 1)
    return [mask.boundingBox].compactMap(\.self) + regions.map(\.box)
  }

  /// The pixels at or above each of ascending thresholds, and those of them in the mask.
  private static func counts(
    _ map: ScalarImage, _ mask: PixelMask, _ thresholds: [Float]
  ) -> [(kept: Int, inside: Int)] {
    var counts = [(kept: Int, inside: Int)](repeating: (0, 0), count: thresholds.count)
    for (value, isInside) in zip(map.values, mask.values) where value >= thresholds[0] {
      // The highest threshold that the pixel reaches.
      var (low, high) = (0, thresholds.count - 1)
      while low < high {
        let middle = (low + high + 1) / 2
        if value >= thresholds[middle] { low = middle } else { high = middle - 1 }
      }
      counts[low].kept += 1
      if isInside { counts[low].inside += 1 }
    }
    for index in counts.indices.dropLast().reversed() {
      counts[index].kept += counts[index + 1].kept
      counts[index].inside += counts[index + 1].inside
    }
    return counts
  }
}

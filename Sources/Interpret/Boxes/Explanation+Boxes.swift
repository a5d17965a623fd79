import DataBlocks
import Imaging

extension Explanation {
  /// A box around the most active cell of each class that has a positive one: fmi's rule, with x and y in place.
  public var boxes: [ClassBox] { boxes(.fmi) }

  /// The boxes of all maps, in the order of the maps; those of one map by their score, the highest first.
  ///
  /// A map without positive evidence, or with NaN, has no box.
  ///
  /// - Parameter options: The rule, and which regions are kept.
  /// - Returns: The boxes, in original pixels.
  /// - Precondition: A calibrated rule is resolved (`BoxRule.resolved`).
  public func boxes(_ options: BoxOptions) -> [ClassBox] {
    maps.flatMap { boxes(of: $0, options) }
  }

  /// The boxes of one map by their score, the highest first; none without positive evidence.
  ///
  /// The regions of a threshold are found in the map on the pixels of the model's input, and their outlines are brought to
  /// the original. A region outside of the original, in padding, has no box.
  ///
  /// - Parameters:
  ///   - map: A map of this image.
  ///   - options: The rule, and which regions are kept.
  /// - Returns: The boxes, in original pixels.
  /// - Precondition: A calibrated rule is resolved (`BoxRule.resolved`).
  public func boxes(of map: ClassMap, _ options: BoxOptions) -> [ClassBox] {
    guard map.status == .evidence else { return [] }
    guard options.rule != .peakCell else {
      return [peakBox(map)].compactMap(\.self).filter { $0.box.area > 0 }
    }
    let evidence = map.onInput(inputSize.height, inputSize.width).positivePart
    guard let threshold = options.rule.threshold(of: evidence) else { return [] }
    let sum = evidence.values.reduce(0.0) { $0 + Double($1) }
    let regions = ConnectedComponents(evidence, threshold: threshold)
    let smallest = options.minimumArea * Double(evidence.values.count)
    let order = regions.all.indices.filter { Double(regions.all[$0].area) >= smallest }
      .sorted {
        let (a, b) = (regions.all[$0], regions.all[$1])
        return (-a.mass, -a.peak, $0) < (-b.mass, -b.peak, $1)
      }
    return Array(
      order.lazy.compactMap { index -> ClassBox? in
        let region = regions.all[index]
        let (box, clipped, area) = placed(regions, index)
        guard box.area > 0 else { return nil }
        return ClassBox(
          className: map.className, box: box, inputBox: region.box, score: region.mass / sum,
          peak: Double(region.peak), area: area, clippedShare: clipped, rule: options.rule,
          threshold: Double(threshold),
          millimeters: facts.spacing.map { BoxMillimeters(box, area: area, $0) }, row: nil,
          column: nil)
      }.prefix(options.maximumCount))
  }

  /// The box of a region in the original, cut at its border, the share that was cut off, and the region's area inside.
  ///
  /// After a rotation the box of the region's pixels is smaller than that of its box.
  private func placed(
    _ regions: ConnectedComponents, _ index: Int
  ) -> (box: BoundingBox, clippedShare: Double, area: Double) {
    let region = regions.all[index]
    if geometry.isAxisAligned {
      let whole = geometry.source(region.box)
      let (box, clipped) = whole.clamped(width: image.width, height: image.height)
      let pixel = whole.area / region.box.area
      guard clipped > 0 else { return (box, clipped, Double(region.area) * pixel) }
      return (box, clipped, Double(inside(regions.pixels(of: index)).count) * pixel)
    }
    let pixels = regions.pixels(of: index)
    var hull = BoundingBox(x0: .infinity, y0: .infinity, x1: -.infinity, y1: -.infinity)
    for pixel in pixels {
      for (x, y) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
        let point = geometry.source(x: Double(pixel.x + x), y: Double(pixel.y + y))
        hull.x0 = min(hull.x0, point.x)
        hull.y0 = min(hull.y0, point.y)
        hull.x1 = max(hull.x1, point.x)
        hull.y1 = max(hull.y1, point.y)
      }
    }
    let (box, clipped) = hull.clamped(width: image.width, height: image.height)
    let area = inside(pixels).reduce(0.0) { $0 + geometry.sourceArea(ofPixel: $1.x, $1.y) }
    return (box, clipped, area)
  }

  /// The pixels whose centers lie in the original.
  private func inside(_ pixels: [(x: Int, y: Int)]) -> [(x: Int, y: Int)] {
    pixels.filter {
      let (x, y) = geometry.source(x: Double($0.x) + 0.5, y: Double($0.y) + 0.5)
      return x >= 0 && y >= 0 && x < Double(image.width) && y < Double(image.height)
    }
  }
}

package import DataBlocks
import Foundation
package import Imaging
package import Tensors

/// Small changes of an image that should not change its map: rotation, scale, shift and light, without flips, since
/// the sides of a body differ.
package struct MapRepeatability: Sendable {
  /// A change of an input.
  package struct Change: Sendable, Equatable {
    /// Degrees.
    package var rotation = 0.0
    /// The factor of the size.
    package var scale = 1.0
    /// To the right, as a share of the width.
    package var shiftX = 0.0
    /// Down, as a share of the height.
    package var shiftY = 0.0
    /// The factor of the normalized values.
    package var contrast = 1.0
    /// Added to the normalized values.
    package var brightness = 0.0

    /// Creates a change.
    package init(
      rotation: Double = 0, scale: Double = 1, shiftX: Double = 0, shiftY: Double = 0,
      contrast: Double = 1, brightness: Double = 0
    ) {
      self.rotation = rotation
      self.scale = scale
      self.shiftX = shiftX
      self.shiftY = shiftY
      self.contrast = contrast
      self.brightness = brightness
    }
  }

  /// The changes.
  package let changes: [Change]

  /// Draws changes: up to 3 degrees, 5 % of the size, 3 % of the sides, 5 % of the contrast, 0.1 of brightness.
  package init(count: Int = 6, seed: UInt64 = 1) {
    var random = RandomSource(seed: seed, 11)
    changes = (0..<count).map { _ in
      Change(
        rotation: random.uniform(-3, 3), scale: random.uniform(0.95, 1.05),
        shiftX: random.uniform(-0.03, 0.03), shiftY: random.uniform(-0.03, 0.03),
        contrast: random.uniform(0.95, 1.05), brightness: random.uniform(-0.1, 0.1))
    }
  }

  /// Creates the measure of given changes.
  package init(changes: [Change]) { self.changes = changes }

  /// The mean similarity of the maps of the changed images, brought back, with the map of the image.
  ///
  /// Compared without a border of a tenth of each side, which the changes move in and out.
  ///
  /// - Parameters:
  ///   - image: The image.
  ///   - map: The map of an image, on the pixels of its input; nil if there is none.
  /// - Returns: SSIM and Spearman's rank correlation; nil if there are no maps.
  /// - Throws: What `map` throws.
  package func measure<Failure: Error>(
    _ image: PreparedImage, _ map: (PreparedImage) throws(Failure) -> ScalarImage?
  ) throws(Failure) -> (ssim: Double?, spearman: Double?) {
    guard let own = try map(image) else { return (nil, nil) }
    let inner = Self.inner(own)
    var (similarities, correlations): ([Double], [Double]) = ([], [])
    for change in changes {
      let changed = PreparedImage(
        input: Self.applied(change, to: image.input), original: image.original,
        geometry: image.geometry)
      guard let found = try map(changed) else { continue }
      let back = Self.inner(Self.broughtBack(change, found))
      if let value = MapSimilarity.ssim(inner, back) { similarities.append(value) }
      if let value = MapSimilarity.spearman(inner, back) { correlations.append(value) }
    }
    func mean(_ values: [Double]) -> Double? {
      values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    return (mean(similarities), mean(correlations))
  }

  /// The changed input, bilinearly; the border extends outward.
  package static func applied(_ change: Change, to input: Tensor) -> Tensor {
    let (height, width) = (input.shape[2], input.shape[3])
    let source = input.detached.converted(to: .float32).floatScalars
    var result: [Float] = []
    result.reserveCapacity(source.count)
    for plane in 0..<(source.count / (height * width)) {
      let values = ScalarImage(
        width: width, height: height,
        values: Array(source[(plane * height * width)..<((plane + 1) * height * width)]))
      let moved = sampled(values) { position(before: change, x: $0, y: $1, width, height) }
      result += moved.map { $0 * Float(change.contrast) + Float(change.brightness) }
    }
    return Tensor(result, shape: input.shape)
  }

  /// A map of the changed input in the frame of the original one.
  package static func broughtBack(_ change: Change, _ map: ScalarImage) -> ScalarImage {
    let (width, height) = (map.width, map.height)
    return ScalarImage(
      width: width, height: height,
      values: sampled(map) { position(after: change, x: $0, y: $1, width, height) })
  }

  /// Where a point of the changed image was.
  private static func position(
    before change: Change, x: Double, y: Double, _ width: Int, _ height: Int
  ) -> (x: Double, y: Double) {
    let (middleX, middleY) = (Double(width) / 2, Double(height) / 2)
    let (dx, dy) = (
      x - middleX - change.shiftX * Double(width), y - middleY - change.shiftY * Double(height)
    )
    let angle = change.rotation * .pi / 180
    return (
      middleX + (cos(angle) * dx + sin(angle) * dy) / change.scale,
      middleY + (cos(angle) * dy - sin(angle) * dx) / change.scale
    )
  }

  /// Where a point of the original image goes.
  private static func position(
    after change: Change, x: Double, y: Double, _ width: Int, _ height: Int
  ) -> (x: Double, y: Double) {
    let (middleX, middleY) = (Double(width) / 2, Double(height) / 2)
    let (dx, dy) = ((x - middleX) * change.scale, (y - middleY) * change.scale)
    let angle = change.rotation * .pi / 180
    return (
      middleX + cos(angle) * dx - sin(angle) * dy + change.shiftX * Double(width),
      middleY + cos(angle) * dy + sin(angle) * dx + change.shiftY * Double(height)
    )
  }

  private static func sampled(
    _ image: ScalarImage, _ position: (Double, Double) -> (x: Double, y: Double)
  ) -> [Float] {
    let (width, height) = (image.width, image.height)
    var values: [Float] = []
    values.reserveCapacity(width * height)
    for y in 0..<height {
      for x in 0..<width {
        let point = position(Double(x) + 0.5, Double(y) + 0.5)
        let px = min(max(point.x - 0.5, 0), Double(width - 1))
        let py = min(max(point.y - 0.5, 0), Double(height - 1))
        let (left, top) = (Int(px), Int(py))
        let (right, bottom) = (min(left + 1, width - 1), min(top + 1, height - 1))
        let (fx, fy) = (Float(px - Double(left)), Float(py - Double(top)))
        let upper =
          image.values[top * width + left] * (1 - fx) + image.values[top * width + right] * fx
        let lower =
          image.values[bottom * width + left] * (1 - fx)
          + image.values[bottom * width + right] * fx
        values.append(upper * (1 - fy) + lower * fy)
      }
    }
    return values
  }

  private static func inner(_ map: ScalarImage) -> ScalarImage {
    let (left, top) = (map.width / 10, map.height / 10)
    let (width, height) = (map.width - 2 * left, map.height - 2 * top)
    var values: [Float] = []
    values.reserveCapacity(width * height)
    for y in top..<(top + height) {
      values += map.values[(y * map.width + left)..<(y * map.width + left + width)]
    }
    return ScalarImage(width: width, height: height, values: values)
  }
}

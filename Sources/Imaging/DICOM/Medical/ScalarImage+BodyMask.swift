import Glibc

extension ScalarImage {
  /// The region whose blurred window is bright, such as the body: fastai's `mask_from_blur`.
  ///
  /// - Parameters:
  ///   - width: The width of the window.
  ///   - level: The center of the window.
  ///   - sigma: The standard deviation of the blur, as a share of the image's columns.
  ///   - threshold: The blurred value above which a pixel is set (`thresh`).
  ///   - removesMaximum: Whether values at or above the window count as 0, such as metal and the frame (`remove_max`).
  /// - Returns: A mask of one channel, 255 inside and 0 outside.
  public func maskFromBlur(
    width: Int, level: Int, sigma: Double = 0.3, threshold: Float = 0.05,
    removesMaximum: Bool = true
  ) -> PixelBuffer {
    var image = windowed(width: width, level: level)
    if removesMaximum { image = image.map { $0 == 1 ? 0 : $0 } }
    let blurred = image.gaussianBlurred(sigma: sigma * Double(self.width))
    return PixelBuffer(
      width: self.width, height: height, channels: 1,
      samples: blurred.values.map { $0 > threshold ? 255 : 0 })
  }

  /// The region whose blurred window is bright, for a named window.
  public func maskFromBlur(
    _ window: DICOMIntensity.NamedWindow, sigma: Double = 0.3, threshold: Float = 0.05,
    removesMaximum: Bool = true
  ) -> PixelBuffer {
    maskFromBlur(
      width: window.width, level: window.level, sigma: sigma, threshold: threshold,
      removesMaximum: removesMaximum)
  }

  /// Blurs by a Gaussian of `2 Int(sigma / 4) + 1` pixels; edges are repeated: fastai's `gauss_blur2d`.
  func gaussianBlurred(sigma: Double) -> ScalarImage {
    precondition(sigma > 0 && sigma.isFinite, "a blur has a positive sigma, not \(sigma)")
    // A kernel that is wider than twice the image adds nothing but repeated edges.
    let radius = Int(min(sigma / 4, 1e6))
    let weights = (-radius...radius).map { Float(exp(-Double($0 * $0) / (2 * sigma * sigma))) }
    let sum = weights.reduce(0, +)
    let kernel = weights.map { $0 / sum }
    return blurredRows(kernel).transposed.blurredRows(kernel).transposed
  }

  private func blurredRows(_ kernel: [Float]) -> ScalarImage {
    let radius = kernel.count / 2
    var result = [Float](repeating: 0, count: values.count)
    var padded = [Float](repeating: 0, count: width + 2 * radius)
    for y in 0..<height {
      for x in padded.indices {
        padded[x] = values[y * width + min(max(x - radius, 0), width - 1)]
      }
      padded.withUnsafeBufferPointer { row in
        kernel.withUnsafeBufferPointer { kernel in
          for x in 0..<width {
            var total: Float = 0
            for k in kernel.indices { total += kernel[k] * row[x + k] }
            result[y * width + x] = total
          }
        }
      }
    }
    return ScalarImage(width: width, height: height, values: result)
  }

  private var transposed: ScalarImage { turned(by: .transposed) }

  /// A square part, resized bilinearly: fastai's `crop_resize`.
  ///
  /// The side is the longer one of the box; the square is moved into the image where it extends beyond it. fastai leaves
  /// the last row and column of the box out.
  ///
  /// - Parameters:
  ///   - box: The box, such as `mask2bbox` returns it (`crops`).
  ///   - size: Rows and columns of the result (`new_sz`).
  /// - Returns: The resized square, and the geometry that maps its pixels to this image.
  public func cropResize(
    _ box: BoundingBox, size: Int
  ) -> (image: ScalarImage, geometry: ImageGeometry) {
    precondition(size > 0, "cannot resize to \(size)")
    precondition(box.width > 0 && box.height > 0, "the box to crop is empty: \(box)")
    let side = max(box.width, box.height)
    let x = max(0, min(box.x0, Double(width) - side))
    let y = max(0, min(box.y0, Double(height) - side))
    let step = side / Double(size)
    // Pixels outside of the image are 0, as in `grid_sample`.
    func value(_ row: Int, _ column: Int) -> Float {
      (0..<height).contains(row) && (0..<width).contains(column) ? values[row * width + column] : 0
    }
    var result: [Float] = []
    result.reserveCapacity(size * size)
    for row in 0..<size {
      let v = y + (Double(row) + 0.5) * step - 0.5
      let (top, below) = (Int(v.rounded(.down)), Float(v - v.rounded(.down)))
      for column in 0..<size {
        let u = x + (Double(column) + 0.5) * step - 0.5
        let (left, right) = (Int(u.rounded(.down)), Float(u - u.rounded(.down)))
        let upper = value(top, left) * (1 - right) + value(top, left + 1) * right
        let lower = value(top + 1, left) * (1 - right) + value(top + 1, left + 1) * right
        result.append(upper * (1 - below) + lower * below)
      }
    }
    return (
      ScalarImage(width: size, height: size, values: result),
      ImageGeometry(
        windowX: x, windowY: y, windowWidth: side, windowHeight: side, width: size, height: size)
    )
  }
}

/// The smallest box around the set pixels of a mask: fastai's `mask2bbox`.
///
/// - Parameter mask: A mask; a pixel is set if one of its samples is not 0.
/// - Returns: The box, with exclusive right and bottom edges, unlike fastai's; nil if no pixel is set.
public func mask2bbox(_ mask: PixelBuffer) -> BoundingBox? {
  var (x0, y0, x1, y1) = (Int.max, Int.max, 0, 0)
  for y in 0..<mask.height {
    for x in 0..<mask.width {
      let start = (y * mask.width + x) * mask.channels
      guard mask.samples[start..<(start + mask.channels)].contains(where: { $0 != 0 }) else {
        continue
      }
      (x0, y0, x1, y1) = (min(x0, x), min(y0, y), max(x1, x + 1), max(y1, y + 1))
    }
  }
  guard x1 > 0 else { return nil }
  return BoundingBox(x0: Double(x0), y0: Double(y0), x1: Double(x1), y1: Double(y1))
}

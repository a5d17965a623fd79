import CKernels

/// A float image stored plane by plane (`[channels, height, width]`), on which transforms operate before
/// it is copied into a batch.
public struct ImagePlanes: Sendable, Equatable {
  /// The number of planes.
  public let channels: Int
  /// The number of rows.
  public let height: Int
  /// The number of columns.
  public let width: Int
  /// The value of channel `c` at row `y`, column `x` is `values[(c * height + y) * width + x]`.
  public var values: [Float] {
    didSet { checkCount() }
  }

  /// Creates an image from its values.
  ///
  /// - Precondition: There are `channels * height * width` values.
  public init(channels: Int, height: Int, width: Int, values: [Float]) {
    self.channels = channels
    self.height = height
    self.width = width
    self.values = values
    checkCount()
  }

  private func checkCount() {
    precondition(
      values.count == channels * height * width,
      "\(channels) planes of \(height) x \(width) have \(channels * height * width) values, "
        + "not \(values.count)")
  }

  /// Creates planes from interleaved bytes; values are divided by 255.
  package init(bytes: [UInt8], channels: Int, height: Int, width: Int) {
    let pixels = height * width
    precondition(
      bytes.count == pixels * channels,
      "\(channels) planes of \(height) x \(width) have \(pixels * channels) bytes, not \(bytes.count)"
    )
    let values = [Float](unsafeUninitializedCapacity: bytes.count) { buffer, initialized in
      if let base = buffer.baseAddress { lb_u8_planes(bytes, pixels, channels, base) }
      initialized = bytes.count
    }
    self.init(channels: channels, height: height, width: width, values: values)
  }

  /// Returns a crop.
  ///
  /// - Precondition: The crop lies inside the image.
  package func cropped(top: Int, left: Int, height h: Int, width w: Int) -> ImagePlanes {
    precondition(
      top >= 0 && left >= 0 && top + h <= height && left + w <= width && h > 0 && w > 0,
      "the crop \(h) x \(w) at row \(top), column \(left) is not inside \(height) x \(width)")
    if h == height, w == width { return self }
    var part: [Float] = []
    part.reserveCapacity(channels * h * w)
    for c in 0..<channels {
      for row in 0..<h {
        let start = (c * height + top + row) * width + left
        part += values[start..<(start + w)]
      }
    }
    return ImagePlanes(channels: channels, height: h, width: w, values: part)
  }

  /// Changes brightness, contrast and saturation: `sigmoid((logit(x) + shift) · factor)`, with `x` clamped to 0...1.
  ///
  /// - Parameters:
  ///   - shift: Added to the logits.
  ///   - factor: Multiplies the sums.
  ///   - gray: The share of the shifted logits' luma that is added to each channel of an RGB image; it counts as part of
  ///     the factor of others.
  package mutating func light(shift: Double, factor: Double, gray: Double = 0) {
    let pixels = height * width
    let isColor = channels == 3 && gray != 0
    values.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      if isColor {
        lb_lighting_rgb(base, pixels, Float(shift), Float(factor), Float(gray))
      } else {
        lb_lighting(base, buffer.count, Float(shift), Float(factor + gray))
      }
    }
  }

  /// Turns the hue of an RGB image by so many turns; other images stay as they are.
  package mutating func shiftHue(_ turns: Double) {
    guard channels == 3 else { return }
    let pixels = height * width
    values.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { lb_shift_hue(base, pixels, Float(turns)) }
    }
  }
}

import CKernels

/// One float image, plane by plane: what transforms change before the batch tensor is filled.
public struct ImagePlanes: Sendable, Equatable {
  /// The number of planes.
  public let channels: Int
  /// Rows.
  public let height: Int
  /// Columns.
  public let width: Int
  /// The value of channel `c` at row `y`, column `x` is `values[(c * height + y) * width + x]`.
  public var values: [Float] {
    didSet {
      precondition(
        values.count == channels * height * width,
        "\(values.count) values for \(channels) planes of \(height) x \(width)")
    }
  }

  /// Creates an image from its values.
  ///
  /// - Precondition: There are `channels * height * width` values.
  public init(channels: Int, height: Int, width: Int, values: [Float]) {
    precondition(
      values.count == channels * height * width,
      "\(values.count) values for \(channels) planes of \(height) x \(width)")
    self.channels = channels
    self.height = height
    self.width = width
    self.values = values
  }

  /// Creates planes from interleaved bytes, divided by 255.
  package init(bytes: [UInt8], channels: Int, height: Int, width: Int) {
    let pixels = height * width
    precondition(
      bytes.count == pixels * channels, "\(bytes.count) bytes for \(channels) x \(pixels)")
    let values = [Float](unsafeUninitializedCapacity: bytes.count) { buffer, initialized in
      if let base = buffer.baseAddress { lb_u8_planes(bytes, pixels, channels, base) }
      initialized = bytes.count
    }
    self.init(channels: channels, height: height, width: width, values: values)
  }

  /// Crops the image.
  package func cropped(top: Int, left: Int, height h: Int, width w: Int) -> ImagePlanes {
    precondition(
      top >= 0 && left >= 0 && top + h <= height && left + w <= width && h > 0 && w > 0,
      "a crop of \(h) x \(w) at (\(top), \(left)) from an image of \(height) x \(width)")
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

  /// Resamples the image once, bilinearly, with reflection at the border (align_corners).
  ///
  /// An image that shrinks strongly is area-averaged first, by the rule of fastai, including its mixed-up
  /// axes.
  ///
  /// - Parameters:
  ///   - height: Rows of the result.
  ///   - width: Columns of the result.
  ///   - affine: Six coefficients, from output coordinates in -1...1 to input coordinates.
  ///   - perspective: Eight coefficients of a perspective map applied after `affine`; nil for none.
  /// - Returns: The resampled image.
  package func resampled(
    height: Int, width: Int, affine: [Double], perspective: [Double]? = nil
  ) -> ImagePlanes {
    let (oh, ow) = (height, width)
    precondition(
      affine.count == 6 && (perspective?.count ?? 8) == 8,
      "a warp needs 6 affine and 8 perspective coefficients, got \(affine.count) and "
        + "\(perspective?.count ?? 8)")
    var warp = lb_warp()
    withUnsafeMutableBytes(of: &warp.affine) { raw in
      for (i, value) in affine.enumerated() {
        raw.storeBytes(of: Float(value), toByteOffset: i * 4, as: Float.self)
      }
    }
    if let perspective {
      withUnsafeMutableBytes(of: &warp.perspective) { raw in
        for (i, value) in perspective.enumerated() {
          raw.storeBytes(of: Float(value), toByteOffset: i * 4, as: Float.self)
        }
      }
    }
    warp.has_perspective = perspective != nil
    let count = oh * ow
    var coordinates = [Float](repeating: 0, count: 2 * count)
    coordinates.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { lb_warp_coordinates(&warp, oh, ow, base, base + count) }
    }
    var source = self
    let shrink = Swift.min(Double(self.height) / Double(ow), Double(self.width) / 2) / 2
    if shrink > 1 {
      let span = Double((coordinates.max() ?? 1) - (coordinates.min() ?? -1))
      if shrink > 2 / span { source = areaAveraged(by: shrink) }
    }
    let result = [Float](unsafeUninitializedCapacity: channels * count) { buffer, initialized in
      if let base = buffer.baseAddress {
        coordinates.withUnsafeBufferPointer { c in
          if let cx = c.baseAddress {
            lb_sample_row(
              source.values, channels, source.height, source.width, cx, cx + count, count, base,
              count)
          }
        }
      }
      initialized = channels * count
    }
    return ImagePlanes(channels: channels, height: oh, width: ow, values: result)
  }

  private func areaAveraged(by factor: Double) -> ImagePlanes {
    let (h, w) = (Int(Double(height) / factor), Int(Double(width) / factor))
    guard h > 0, w > 0 else { return self }
    let result = [Float](unsafeUninitializedCapacity: channels * h * w) { buffer, initialized in
      if let base = buffer.baseAddress {
        lb_adaptive_average(values, channels, height, width, h, w, base)
      }
      initialized = channels * h * w
    }
    return ImagePlanes(channels: channels, height: h, width: w, values: result)
  }

  /// `sigmoid((logit(x) + shift) · factor)`; values outside of 0...1 are clamped.
  package mutating func light(shift: Double, factor: Double) {
    values.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress {
        lb_lighting(base, buffer.count, Float(shift), Float(factor))
      }
    }
  }

  /// Writes `(x − mean) / deviation` into one item of a batch.
  ///
  /// A single plane is repeated for every channel of the batch.
  package func write(
    into batch: Tensor, item: Int, mean: [Float], deviation: [Float]
  ) {
    let planes = batch.shape[1]
    precondition(
      batch.rank == 4 && batch.layout == nil && batch.shape[2] == height && batch.shape[3] == width
        && item < batch.shape[0] && mean.count == planes && deviation.count == planes
        && (channels == planes || channels == 1),
      "an image of \(channels) x \(height) x \(width) for a batch of \(batch.shape)")
    let pixels = height * width
    values.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      for c in 0..<planes {
        lb_normalize(
          base + (channels == 1 ? 0 : c * pixels), mean[c], 1 / deviation[c],
          batch.floats + (item * planes + c) * pixels, pixels)
      }
    }
  }
}

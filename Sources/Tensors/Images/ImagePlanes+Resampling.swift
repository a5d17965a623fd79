import CKernels

/// How an image is sampled at coordinates between and outside of its pixels: the arguments of PyTorch's `grid_sample`.
package struct GridSampling: Sendable, Equatable {
  /// What is found outside of the image (`padding_mode`).
  package enum Padding: Sendable {
    case zeros, border, reflection
  }

  package var padding: Padding
  /// The nearest pixel instead of bilinear interpolation (`mode`).
  package var isNearest: Bool
  /// Whether -1 and 1 are the centers of the outermost pixels, not their edges (`align_corners`).
  package var alignsCorners: Bool

  package init(
    padding: Padding = .reflection, isNearest: Bool = false, alignsCorners: Bool = true
  ) {
    self.padding = padding
    self.isNearest = isNearest
    self.alignsCorners = alignsCorners
  }
}

extension ImagePlanes {
  /// Resamples the image.
  ///
  /// An image that shrinks strongly is area-averaged before bilinear sampling, by fastai's rule, which compares rows with
  /// columns.
  ///
  /// - Parameters:
  ///   - height: Rows of the result.
  ///   - width: Columns of the result.
  ///   - affine: Six coefficients, from output coordinates in -1...1 to input coordinates.
  ///   - perspective: Eight coefficients of a perspective map applied after `affine`; nil for none.
  ///   - sampling: Default: bilinear, with reflection at the border (`align_corners=True`).
  /// - Returns: The resampled image, and the size of the image after area averaging.
  package func resampled(
    height: Int, width: Int, affine: [Double], perspective: [Double]? = nil,
    sampling: GridSampling = GridSampling()
  ) -> (image: ImagePlanes, averagedHeight: Int, averagedWidth: Int) {
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
    warp.half_pixels = !sampling.alignsCorners
    let count = oh * ow
    let shrink = Swift.min(Double(self.height) / Double(ow), Double(self.width) / 2) / 2
    let averages = shrink > 1 && !sampling.isNearest
    var coordinates: [Float] = []
    if averages || sampling != GridSampling() {
      coordinates = [Float](unsafeUninitializedCapacity: 2 * count) { buffer, initialized in
        if let base = buffer.baseAddress { lb_warp_coordinates(&warp, oh, ow, base, base + count) }
        initialized = 2 * count
      }
    }
    var source = self
    if averages {
      let span = Double((coordinates.max() ?? 1) - (coordinates.min() ?? -1))
      if shrink > 2 / span { source = areaAveraged(by: shrink) }
    }
    let result = [Float](unsafeUninitializedCapacity: channels * count) { buffer, initialized in
      if let base = buffer.baseAddress {
        if sampling == GridSampling() {
          lb_warp_image(
            &warp, source.values, channels, source.height, source.width, oh, ow, base)
        } else {
          coordinates.withUnsafeBufferPointer { c in
            guard let cx = c.baseAddress else { return }
            lb_sample_row_as(
              lb_sampling(sampling), source.values, channels, source.height, source.width, cx,
              cx + count, count, base, count)
          }
        }
      }
      initialized = channels * count
    }
    return (
      ImagePlanes(channels: channels, height: oh, width: ow, values: result), source.height,
      source.width
    )
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
}

extension lb_sampling {
  fileprivate init(_ sampling: GridSampling) {
    let padding =
      switch sampling.padding {
      case .zeros: LB_SAMPLE_ZEROS
      case .border: LB_SAMPLE_BORDER
      case .reflection: LB_SAMPLE_REFLECTION
      }
    self.init(
      padding: padding, nearest: sampling.isNearest, half_pixels: !sampling.alignsCorners)
  }
}

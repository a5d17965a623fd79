import CKernels

extension ImagePlanes {
  /// Resamples the image bilinearly, with reflection at the border (`align_corners=True`).
  ///
  /// An image that shrinks strongly is area-averaged first, by fastai's rule, which compares rows with
  /// columns.
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
}

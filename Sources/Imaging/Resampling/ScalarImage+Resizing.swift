import CCodecs

extension ScalarImage {
  /// Resizes to an exact size.
  ///
  /// - Parameters:
  ///   - newWidth: Columns of the result.
  ///   - newHeight: Rows of the result.
  ///   - resampling: The filter.
  ///   - source: The region to resize, in pixels. Default: the whole image.
  /// - Returns: The resized image.
  package func resized(
    width newWidth: Int, height newHeight: Int, resampling: Resampling = .bilinear,
    source: BoundingBox? = nil
  ) -> ScalarImage {
    switch resampling {
    case .bilinear:
      return resampled(newWidth, newHeight, source, roundingToIntegers: false)
    case .nearest:
      let region = checkedRegion(source, newWidth, newHeight)
      let columns = PixelBuffer.nearest(newWidth, from: region.x0, to: region.x1, of: width)
      let rows = PixelBuffer.nearest(newHeight, from: region.y0, to: region.y1, of: height)
      return ScalarImage(
        width: newWidth, height: newHeight,
        values: rows.flatMap { row in columns.map { values[row * width + $0] } })
    }
  }

  /// Resizes with a change of the aspect ratio, as fastai's `Resize`.
  ///
  /// See `PixelBuffer.resized(to:method:padMode:at:resampling:)` for the parameters.
  ///
  /// - Returns: The resized image, and the geometry that maps its pixels to this image.
  package func resized(
    to size: (height: Int, width: Int), method: ResizeMethod = .crop,
    padMode: PadMode = .reflection, at: (x: Double, y: Double) = (0.5, 0.5),
    resampling: Resampling = .bilinear
  ) -> (image: ScalarImage, geometry: ImageGeometry) {
    let (window, geometry) = window(size, method, padMode, at)
    return (
      window.resized(width: size.width, height: size.height, resampling: resampling), geometry
    )
  }

  /// Resizes bilinearly and rounds after each pass, as Pillow does with 16-bit images.
  package func resizedRoundingToIntegers(
    to size: (height: Int, width: Int), method: ResizeMethod, padMode: PadMode,
    at: (x: Double, y: Double)
  ) -> (image: ScalarImage, geometry: ImageGeometry) {
    let (window, geometry) = window(size, method, padMode, at)
    return (
      window.resampled(size.width, size.height, nil, roundingToIntegers: true), geometry
    )
  }

  /// The window that a resize method takes, padded where it extends beyond the image.
  private func window(
    _ size: (height: Int, width: Int), _ method: ResizeMethod, _ padMode: PadMode,
    _ at: (x: Double, y: Double)
  ) -> (image: ScalarImage, geometry: ImageGeometry) {
    let window = method.window(from: (height, width), to: size, at: at)
    let geometry = ImageGeometry(
      windowX: Double(window.x), windowY: Double(window.y), windowWidth: Double(window.width),
      windowHeight: Double(window.height), width: size.width, height: size.height)
    let part = cut(
      PixelWindow(x: window.x, y: window.y, width: window.width, height: window.height), padMode)
    return (part, geometry)
  }

  private func checkedRegion(_ source: BoundingBox?, _ newWidth: Int, _ newHeight: Int)
    -> BoundingBox
  {
    precondition(newWidth > 0 && newHeight > 0, "cannot resize to \(newWidth) x \(newHeight)")
    let region = source ?? BoundingBox(width: width, height: height)
    region.checkInside(width: width, height: height)
    return region
  }

  private func resampled(
    _ newWidth: Int, _ newHeight: Int, _ source: BoundingBox?, roundingToIntegers: Bool
  ) -> ScalarImage {
    let region = checkedRegion(source, newWidth, newHeight)
    let count = newWidth * newHeight
    let result = [Float](unsafeUninitializedCapacity: count) { out, filled in
      let code = values.withUnsafeBufferPointer { from in
        lb_resize_f32(
          from.baseAddress, width, Int32(width), Int32(height), region.x0, region.y0, region.x1,
          region.y1, out.baseAddress, Int32(newWidth), Int32(newHeight),
          roundingToIntegers ? 1 : 0)
      }
      precondition(
        code == Int32(LB_OK), "out of memory while resizing to \(newWidth) x \(newHeight)")
      filled = count
    }
    return ScalarImage(width: newWidth, height: newHeight, values: result)
  }
}

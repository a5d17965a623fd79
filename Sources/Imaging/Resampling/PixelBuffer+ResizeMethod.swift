extension PixelBuffer {
  /// Resizes with a change of the aspect ratio, as fastai's `Resize`.
  ///
  /// - Parameters:
  ///   - size: Rows and columns of the result.
  ///   - method: Crop, pad or squish.
  ///   - padMode: What fills the border; used by `.pad` only (`pad_mode`).
  ///   - at: Position of the window in the free space, 0 to 1 per axis: the center for validation, two
  ///     random numbers in training (`pcts`). Ignored by `.squish`.
  ///   - resampling: The filter.
  /// - Returns: The resized image, and the geometry that maps its pixels to this image.
  public func resized(
    to size: (height: Int, width: Int), method: ResizeMethod = .crop,
    padMode: PadMode = .reflection, at: (x: Double, y: Double) = (0.5, 0.5),
    resampling: Resampling = .bilinear
  ) -> (image: PixelBuffer, geometry: ImageGeometry) {
    precondition(size.height > 0 && size.width > 0, "cannot resize to \(size)")
    precondition(
      (0...1).contains(at.x) && (0...1).contains(at.y), "the position \(at) is not within 0...1")
    let window = method.window(from: (height, width), to: size, at: at)
    let geometry = ImageGeometry(
      windowX: Double(window.x), windowY: Double(window.y), windowWidth: Double(window.width),
      windowHeight: Double(window.height), width: size.width, height: size.height)
    if size == (height, width) { return (self, geometry) }
    if method == .pad {
      let padded = padded(
        x: window.x, y: window.y, width: window.width, height: window.height, mode: padMode)
      return (
        padded.resized(width: size.width, height: size.height, resampling: resampling), geometry
      )
    }
    let image = resized(
      width: size.width, height: size.height, resampling: resampling, cropX: window.x,
      cropY: window.y,
      cropWidth: window.width, cropHeight: window.height)
    return (image, geometry)
  }

  /// Returns a window that may extend beyond the image; pixels outside are filled.
  package func padded(
    x: Int, y: Int, width newWidth: Int, height newHeight: Int, mode: PadMode
  ) -> PixelBuffer {
    precondition(newWidth > 0 && newHeight > 0, "cannot pad to \(newWidth) x \(newHeight)")
    let columns = (x..<(x + newWidth)).map { mode.index($0, of: width) }
    let rows = (y..<(y + newHeight)).map { mode.index($0, of: height) }
    let count = newWidth * newHeight * channels
    let filled = [UInt8](unsafeUninitializedCapacity: count) { out, done in
      samples.withUnsafeBufferPointer { source in
        var at = 0
        for row in rows {
          for column in columns {
            for channel in 0..<channels {
              if let row, let column {
                out[at] = source[(row * width + column) * channels + channel]
              } else {
                out[at] = 0
              }
              at += 1
            }
          }
        }
      }
      done = count
    }
    return PixelBuffer(width: newWidth, height: newHeight, channels: channels, samples: filled)
  }
}

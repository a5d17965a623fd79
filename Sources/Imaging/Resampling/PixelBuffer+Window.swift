/// A window of an image in whole pixels; it may extend beyond the image.
package struct PixelWindow: Sendable, Equatable {
  /// The left edge; negative where the window extends beyond the image.
  package var x: Int
  /// The top edge.
  package var y: Int
  /// Columns.
  package var width: Int
  /// Rows.
  package var height: Int

  /// Creates a window.
  package init(x: Int, y: Int, width: Int, height: Int) {
    precondition(width > 0 && height > 0, "a window of \(width) x \(height) is empty")
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// The window of this size at the center of an image, as fastai's `crop_pad` places it.
  package static func centered(
    width: Int, height: Int, in size: (height: Int, width: Int)
  ) -> PixelWindow {
    func start(_ free: Int) -> Int { free >= 0 ? free / 2 : -((1 - free) / 2) }
    return PixelWindow(
      x: start(size.width - width), y: start(size.height - height), width: width, height: height)
  }

  func isInside(width: Int, height: Int) -> Bool {
    x >= 0 && y >= 0 && x + self.width <= width && y + self.height <= height
  }

  /// Where the pixels of the window lie when it was resized.
  package func geometry(resizedTo size: (height: Int, width: Int)) -> ImageGeometry {
    ImageGeometry(
      windowX: Double(x), windowY: Double(y), windowWidth: Double(width),
      windowHeight: Double(height), width: size.width, height: size.height)
  }
}

extension PixelBuffer {
  /// Cuts a window out and resizes it: fastai's `crop_pad`.
  ///
  /// - Parameters:
  ///   - window: The window; it may extend beyond the image.
  ///   - padMode: What fills it outside of the image.
  ///   - size: Rows and columns of the result; nil: those of the window.
  /// - Returns: The resized window.
  package func window(
    _ window: PixelWindow, padMode: PadMode, resizedTo size: (height: Int, width: Int)? = nil
  ) -> PixelBuffer {
    let size = size ?? (window.height, window.width)
    guard window.isInside(width: width, height: height) else {
      return padded(
        x: window.x, y: window.y, width: window.width, height: window.height, mode: padMode
      ).resized(width: size.width, height: size.height)
    }
    if size == (window.height, window.width) {
      return size == (height, width)
        ? self : cropped(x: window.x, y: window.y, width: window.width, height: window.height)
    }
    return resized(
      width: size.width, height: size.height, resampling: .bilinear, cropX: window.x,
      cropY: window.y, cropWidth: window.width, cropHeight: window.height)
  }
}

extension ScalarImage {
  /// Cuts a window out and resizes it; see `PixelBuffer.window(_:padMode:resizedTo:)`.
  package func window(
    _ window: PixelWindow, padMode: PadMode, resizedTo size: (height: Int, width: Int)? = nil
  ) -> ScalarImage {
    let size = size ?? (window.height, window.width)
    let part =
      window.isInside(width: width, height: height) && window.width == width
        && window.height == height
      ? self : cut(window, padMode)
    return size == (part.height, part.width)
      ? part : part.resized(width: size.width, height: size.height)
  }

  /// The pixels of a window.
  func cut(_ window: PixelWindow, _ padMode: PadMode) -> ScalarImage {
    var part: [Float] = []
    part.reserveCapacity(window.width * window.height)
    let columns = (window.x..<(window.x + window.width)).map { padMode.index($0, of: width) }
    for y in window.y..<(window.y + window.height) {
      let row = padMode.index(y, of: height)
      for column in columns {
        if let row, let column {
          part.append(values[row * width + column])
        } else {
          part.append(0)
        }
      }
    }
    return ScalarImage(width: window.width, height: window.height, values: part)
  }
}

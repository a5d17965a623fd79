/// What fills the border when an image is padded.
public enum PadMode: String, Sendable, CaseIterable {
  /// The image mirrored at its edge pixels, which are not repeated (fastai's default).
  case reflection
  /// Black.
  case zeros
  /// The edge pixels, repeated.
  case border
}

/// How an image of one shape becomes one of another: fastai's `ResizeMethod`.
public enum ResizeMethod: Sendable, Equatable {
  /// The largest window of the wanted shape inside the image.
  case crop
  /// The smallest window of the wanted shape around the image, its border filled.
  case pad(PadMode)
  /// The whole image, its shape given up.
  case squish

  /// The window of an image that will be resized, in its whole pixels.
  ///
  /// - Parameters:
  ///   - from: The image's size.
  ///   - to: The wanted size.
  ///   - at: Where the window lies in the free space, 0 to 1 each; (0.5, 0.5) is the middle.
  /// - Returns: Its left and top edges (negative where padding is needed) and its size.
  public func window(
    from: (height: Int, width: Int), to: (height: Int, width: Int), at: (x: Double, y: Double)
  ) -> (x: Int, y: Int, width: Int, height: Int) {
    let ratios = (
      Double(from.width) / Double(to.width), Double(from.height) / Double(to.height)
    )
    let m: Double
    switch self {
    case .squish: return (0, 0, from.width, from.height)
    case .crop: m = min(ratios.0, ratios.1)
    case .pad: m = max(ratios.0, ratios.1)
    }
    // A very thin window would be cut to nothing.
    let width = max(1, Int(m * Double(to.width)))
    let height = max(1, Int(m * Double(to.height)))
    return (
      Int(at.x * Double(from.width - width)), Int(at.y * Double(from.height - height)), width,
      height
    )
  }
}

extension PixelBuffer {
  /// The image at another size by fastai's `Resize`, and where its pixels came from.
  ///
  /// - Parameters:
  ///   - size: Rows and columns of the result.
  ///   - method: Crop, pad or squish.
  ///   - at: Where the window lies in the free space; the middle for validation, two random
  ///     numbers (x first) in training.
  ///   - filter: Antialiased bilinear, or nearest for masks.
  /// - Returns: The resized image, and where its pixels lie in this one.
  public func resized(
    to size: (height: Int, width: Int), method: ResizeMethod = .crop,
    at: (x: Double, y: Double) = (0.5, 0.5), filter: ResizeFilter = .bilinear
  ) -> (image: PixelBuffer, geometry: ImageGeometry) {
    precondition(size.height > 0 && size.width > 0, "cannot resize to \(size)")
    precondition(
      (0...1).contains(at.x) && (0...1).contains(at.y), "the place \(at) is not within 0...1")
    let window = method.window(from: (height, width), to: size, at: at)
    let geometry = ImageGeometry(
      windowX: Double(window.x), windowY: Double(window.y), windowWidth: Double(window.width),
      windowHeight: Double(window.height), width: size.width, height: size.height)
    if size == (height, width) { return (self, geometry) }
    if case .pad(let mode) = method {
      let padded = padded(
        x: window.x, y: window.y, width: window.width, height: window.height, mode: mode)
      return (padded.resized(width: size.width, height: size.height, filter: filter), geometry)
    }
    let image = resized(
      width: size.width, height: size.height, filter: filter, cropX: window.x, cropY: window.y,
      cropWidth: window.width, cropHeight: window.height)
    return (image, geometry)
  }

  /// A window of the image that may reach beyond its edges; what lies outside is filled.
  public func padded(
    x: Int, y: Int, width newWidth: Int, height newHeight: Int, mode: PadMode
  ) -> PixelBuffer {
    precondition(newWidth > 0 && newHeight > 0, "a window of \(newWidth) x \(newHeight)")
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

extension PadMode {
  /// The sample that stands at `position`, inside or outside of `0..<size`; nil for black.
  func index(_ position: Int, of size: Int) -> Int? {
    if (0..<size).contains(position) { return position }
    switch self {
    case .zeros: return nil
    case .border: return position < 0 ? 0 : size - 1
    case .reflection:
      if size == 1 { return 0 }
      let period = 2 * (size - 1)
      let within = ((position % period) + period) % period
      return within < size ? within : period - within
    }
  }
}

extension ScalarImage {
  /// The image at another size by fastai's `Resize`, and where its pixels came
  /// from; see `PixelBuffer.resized(to:method:at:filter:)`.
  ///
  /// With `roundingToIntegers` each pass rounds, as Pillow does with 16-bit images.
  public func resized(
    to size: (height: Int, width: Int), method: ResizeMethod = .crop,
    at: (x: Double, y: Double) = (0.5, 0.5), roundingToIntegers: Bool = false
  ) -> (image: ScalarImage, geometry: ImageGeometry) {
    let window = method.window(from: (height, width), to: size, at: at)
    let geometry = ImageGeometry(
      windowX: Double(window.x), windowY: Double(window.y), windowWidth: Double(window.width),
      windowHeight: Double(window.height), width: size.width, height: size.height)
    var part: [Float] = []
    part.reserveCapacity(window.width * window.height)
    let mode: PadMode = if case .pad(let mode) = method { mode } else { .border }
    let columns = (window.x..<(window.x + window.width)).map { mode.index($0, of: width) }
    for y in window.y..<(window.y + window.height) {
      let row = mode.index(y, of: height)
      for column in columns {
        if let row, let column {
          part.append(values[row * width + column])
        } else {
          part.append(0)
        }
      }
    }
    let cut = ScalarImage(width: window.width, height: window.height, values: part)
    let resized = cut.resized(
      width: size.width, height: size.height, roundingToIntegers: roundingToIntegers)
    return (resized, geometry)
  }
}

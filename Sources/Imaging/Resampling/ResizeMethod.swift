/// How `resized(to:method:padMode:at:resampling:)` reconciles the aspect ratios of input and
/// output: fastai's `ResizeMethod`.
public enum ResizeMethod: String, Sendable, Codable, CaseIterable {
  /// Take the largest window with the output's aspect ratio inside the image.
  case crop
  /// Take the smallest window with the output's aspect ratio around the image; see `PadMode`.
  case pad
  /// Stretch the whole image; the aspect ratio changes.
  case squish

  /// The window of an image that will be resized, in whole pixels.
  ///
  /// - Parameters:
  ///   - from: The image's size.
  ///   - to: The output size.
  ///   - at: Position of the window in the free space, 0 to 1 per axis; (0.5, 0.5) is the center.
  /// - Returns: Its left and top edges (negative where padding is needed) and its size.
  package func window(
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
    // The size is truncated; a very thin window would be empty.
    let width = max(1, Int(m * Double(to.width)))
    let height = max(1, Int(m * Double(to.height)))
    return (
      Int(at.x * Double(from.width - width)), Int(at.y * Double(from.height - height)), width,
      height
    )
  }
}

/// What fills the border of a padded image: fastai's `PadMode`.
public enum PadMode: String, Sendable, Codable, CaseIterable {
  /// The image mirrored at its edge pixels, which are not repeated (fastai's default).
  case reflection
  /// Zeros (black).
  case zeros
  /// The edge pixels, repeated.
  case border

  /// The input position for an output position inside or outside of `0..<size`; nil for zero.
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

/// The filter that computes the pixels of a resized image, named as Pillow's `Image.Resampling`.
public enum Resampling: String, Sendable, Codable, CaseIterable {
  /// Pillow's BILINEAR: a triangle filter that widens when shrinking (antialiased).
  case bilinear
  /// The input pixel that contains the output pixel's center, for masks and labels.
  case nearest
}

/// One number per pixel in single precision: modality values (Hounsfield units, say) or a heat map.
///
/// The value at column `x`, row `y` is `values[y * width + x]`.
public struct ScalarImage: Sendable, Equatable {
  /// Columns, in pixels.
  public let width: Int
  /// Rows, in pixels.
  public let height: Int
  /// The values, row by row from the top, `width * height` of them.
  public var values: [Float] {
    didSet { checkCount() }
  }

  /// Makes an image from its values.
  ///
  /// - Precondition: `values.count` is `width * height`.
  public init(width: Int, height: Int, values: [Float]) {
    precondition(width > 0 && height > 0, "an image of \(width) x \(height) pixels has no pixel")
    self.width = width
    self.height = height
    self.values = values
    checkCount()
  }

  private func checkCount() {
    precondition(
      values.count == width * height,
      "\(width) x \(height) values are \(width * height), not \(values.count)")
  }
}

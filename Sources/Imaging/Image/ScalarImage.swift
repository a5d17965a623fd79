/// A single-channel image in single precision: modality values such as Hounsfield units, or a heat
/// map.
///
/// The value at column `x`, row `y` is `values[y * width + x]`.
public struct ScalarImage: Sendable, Equatable {
  /// The number of columns.
  public let width: Int
  /// The number of rows.
  public let height: Int
  /// The `width * height` values, rows from the top.
  public var values: [Float] {
    didSet { checkCount() }
  }

  /// Creates an image from its values.
  ///
  /// - Precondition: `values.count` is `width * height`.
  public init(width: Int, height: Int, values: [Float]) {
    precondition(
      width > 0 && height > 0, "an image needs at least one pixel, not \(width) x \(height)")
    self.width = width
    self.height = height
    self.values = values
    checkCount()
  }

  private func checkCount() {
    precondition(
      values.count == width * height,
      "an image of \(width) x \(height) has \(width * height) values, not \(values.count)")
  }
}

/// Where the pixels of an image lie in the image that it was made from: a projective map.
///
/// Coordinates are continuous, with pixel edges at whole numbers: the pixel in column 3 spans 3 to 4. Cropping
/// and resizing scale and shift; flips have negative scales; rotation, zoom and warp use the whole matrix.
public struct ImageGeometry: Sendable, Equatable {
  /// Nine numbers, row by row, from homogeneous output coordinates to source coordinates.
  private let matrix: [Double]

  /// The matrix, row by row.
  package var numbers: [Double] { matrix }

  /// The geometry of an image that is its own source.
  public static let identity = ImageGeometry(scaleX: 1, scaleY: 1, offsetX: 0, offsetY: 0)

  /// Creates the geometry `source = output * scale + offset`, in pixels.
  ///
  /// - Precondition: All numbers are finite and no scale is zero.
  public init(scaleX: Double, scaleY: Double, offsetX: Double, offsetY: Double) {
    precondition(
      [scaleX, scaleY, offsetX, offsetY].allSatisfy(\.isFinite) && scaleX != 0 && scaleY != 0,
      "no geometry has scales \(scaleX), \(scaleY) and offsets \(offsetX), \(offsetY)")
    matrix = [scaleX, 0, offsetX, 0, scaleY, offsetY, 0, 0, 1]
  }

  /// Creates a geometry from a projective map of output to source coordinates.
  ///
  /// - Parameter matrix: Nine numbers, row by row.
  /// - Precondition: All are finite, and the map can be inverted.
  package init(matrix: [Double]) {
    precondition(
      matrix.count == 9 && matrix.allSatisfy(\.isFinite) && Self.determinant(matrix) != 0,
      "a geometry needs 9 finite numbers that can be inverted, not \(matrix)")
    self.matrix = matrix
  }

  /// Creates a geometry from the numbers of a file; nil if they are none of a map that can be inverted.
  package init?(numbers: [Double]) {
    guard numbers.count == 9, numbers.allSatisfy({ abs($0) < 1e15 }) else { return nil }
    let determinant = Self.determinant(numbers)
    guard determinant.isFinite, abs(determinant) > 1e-60 else { return nil }
    matrix = numbers
  }

  /// The geometry of a window of the source, resized to `width` x `height`.
  package init(
    windowX: Double, windowY: Double, windowWidth: Double, windowHeight: Double, width: Int,
    height: Int
  ) {
    self.init(
      scaleX: windowWidth / Double(width), scaleY: windowHeight / Double(height),
      offsetX: windowX, offsetY: windowY)
  }

  /// The geometry of a left-right flip of an image of this width.
  package static func flippedHorizontally(width: Int) -> ImageGeometry {
    ImageGeometry(scaleX: -1, scaleY: 1, offsetX: Double(width), offsetY: 0)
  }

  /// The geometry after one more step: `next` maps the new output to this output.
  public func then(_ next: ImageGeometry) -> ImageGeometry {
    let (a, b) = (matrix, next.matrix)
    return ImageGeometry(
      matrix: (0..<9).map { i in
        let (row, column) = (i / 3 * 3, i % 3)
        return a[row] * b[column] + a[row + 1] * b[column + 3] + a[row + 2] * b[column + 6]
      })
  }

  /// Whether boxes stay boxes: there is no rotation, shear or perspective.
  package var isAxisAligned: Bool {
    matrix[1] == 0 && matrix[3] == 0 && matrix[6] == 0 && matrix[7] == 0
  }

  /// The area in the source of a pixel of the output.
  package func sourceArea(ofPixel x: Int, _ y: Int) -> Double {
    let corners = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)].map {
      source(x: Double($0.0), y: Double($0.1))
    }
    let twice = corners.indices.reduce(0.0) {
      let (a, b) = (corners[$1], corners[($1 + 1) % 4])
      return $0 + a.x * b.y - b.x * a.y
    }
    return abs(twice) / 2
  }

  /// The opposite direction: source and output exchanged.
  package var inverse: ImageGeometry {
    let m = matrix
    let d = Self.determinant(m)
    return ImageGeometry(
      matrix: [
        m[4] * m[8] - m[5] * m[7], m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
        m[5] * m[6] - m[3] * m[8], m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
        m[3] * m[7] - m[4] * m[6], m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3],
      ].map { $0 / d })
  }

  private static func determinant(_ m: [Double]) -> Double {
    m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6])
      + m[2] * (m[3] * m[7] - m[4] * m[6])
  }

  /// The point of the source under a point of the output.
  package func source(x: Double, y: Double) -> (x: Double, y: Double) {
    let m = matrix
    let w = m[6] * x + m[7] * y + m[8]
    return ((m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w)
  }

  /// The point of the output over a point of the source.
  package func output(x: Double, y: Double) -> (x: Double, y: Double) {
    let m = matrix
    // Without rotation and perspective the division is exact where the numbers are.
    if m[1] == 0, m[3] == 0, m[6] == 0, m[7] == 0, m[8] == 1 {
      return ((x - m[2]) / m[0], (y - m[5]) / m[4])
    }
    return inverse.source(x: x, y: y)
  }

  /// The smallest box of the source around a box of the output.
  public func source(_ box: BoundingBox) -> BoundingBox { hull(of: box, source) }

  private func hull(
    of box: BoundingBox, _ map: (Double, Double) -> (x: Double, y: Double)
  ) -> BoundingBox {
    let corners = [(box.x0, box.y0), (box.x1, box.y0), (box.x0, box.y1), (box.x1, box.y1)]
      .map(map)
    let (x, y) = (corners.map(\.x), corners.map(\.y))
    return BoundingBox(
      x0: x.min() ?? 0, y0: y.min() ?? 0, x1: x.max() ?? 0, y1: y.max() ?? 0)
  }

  /// The smallest box of the output around a box of the source.
  public func output(_ box: BoundingBox) -> BoundingBox { hull(of: box, output) }
}

public import Imaging
import Tensors

/// A box around the cell of highest activation, in the pixels of the original film.
public struct ClassBox: Sendable, Equatable, Codable {
  /// The class that it speaks for.
  public let className: String
  /// Left edge, in original pixels.
  public let x0: Double
  /// Upper edge.
  public let y0: Double
  /// Right edge, not included.
  public let x1: Double
  /// Lower edge, not included.
  public let y1: Double
  /// The raw map's value in the cell.
  public let score: Double
  /// Row of the cell in the map.
  public let row: Int
  /// Column of the cell in the map.
  public let column: Int
  /// Rows of the map.
  public let mapRows: Int
  /// Columns of the map.
  public let mapColumns: Int
  /// Share of the cell that lies outside of the film and was cut off.
  public let clippedShare: Double
  /// How the box was chosen.
  public let rule: String

  /// The box as one to draw.
  public func box(color: Color) -> Box {
    Box(x0: x0, y0: y0, x1: x1, y1: y1, label: className, color: color)
  }
}

extension ClassMap {
  /// The cell of highest activation as a box in original pixels: fmi's rule, with x and y right.
  ///
  /// - Parameters:
  ///   - inputSize: Rows and columns of the model's input.
  ///   - geometry: Where the input's pixels lie in the original.
  ///   - original: Rows and columns of the original.
  /// - Returns: The box; nil where no cell speaks for the class.
  public func peakBox(
    inputSize: (height: Int, width: Int), geometry: ImageGeometry,
    original: (height: Int, width: Int)
  ) -> ClassBox? {
    guard status == .evidence else { return nil }
    let (rows, columns) = (map.shape[0], map.shape[1])
    let (row, column) = peak
    let (cellHeight, cellWidth) = (
      Double(inputSize.height) / Double(rows), Double(inputSize.width) / Double(columns)
    )
    let inInput = Box(
      x0: Double(column) * cellWidth, y0: Double(row) * cellHeight,
      x1: Double(column + 1) * cellWidth,
      y1: Double(row + 1) * cellHeight, label: nil, color: .white)
    let (box, clipped) = geometry.source(inInput).clamped(
      width: original.width, height: original.height)
    return ClassBox(
      className: className, x0: box.x0, y0: box.y0, x1: box.x1, y1: box.y1,
      score: Double(map[row, column].item), row: row, column: column, mapRows: rows,
      mapColumns: columns,
      clippedShare: clipped, rule: "peak cell")
  }
}

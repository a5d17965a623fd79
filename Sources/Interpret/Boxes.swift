public import Imaging
import Tensors

/// A box around the cell of highest activation, in the pixels of the original film.
public struct ClassBox: Sendable, Equatable, Codable {
  /// The class that it speaks for.
  public let className: String
  /// The box, in original pixels.
  public let box: BoundingBox
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

  /// The box with the class as its label, for drawing.
  public func labeledBox(color: Color) -> LabeledBox {
    LabeledBox(box, label: className, color: color)
  }
}

// The edges are stored beside the other fields, as fmi stores them.
extension ClassBox {
  private enum CodingKeys: String, CodingKey {
    case className, score, row, column, mapRows, mapColumns, clippedShare, rule
  }

  /// Decodes a box whose edges `x0`, `y0`, `x1`, `y1` are fields of the same object.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      className: try fields.decode(String.self, forKey: .className),
      box: try BoundingBox(from: decoder),
      score: try fields.decode(Double.self, forKey: .score),
      row: try fields.decode(Int.self, forKey: .row),
      column: try fields.decode(Int.self, forKey: .column),
      mapRows: try fields.decode(Int.self, forKey: .mapRows),
      mapColumns: try fields.decode(Int.self, forKey: .mapColumns),
      clippedShare: try fields.decode(Double.self, forKey: .clippedShare),
      rule: try fields.decode(String.self, forKey: .rule))
  }

  /// Encodes the box with its edges as fields of the same object.
  public func encode(to encoder: any Encoder) throws {
    try box.encode(to: encoder)
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(className, forKey: .className)
    try fields.encode(score, forKey: .score)
    try fields.encode(row, forKey: .row)
    try fields.encode(column, forKey: .column)
    try fields.encode(mapRows, forKey: .mapRows)
    try fields.encode(mapColumns, forKey: .mapColumns)
    try fields.encode(clippedShare, forKey: .clippedShare)
    try fields.encode(rule, forKey: .rule)
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
    let inInput = BoundingBox(
      x0: Double(column) * cellWidth, y0: Double(row) * cellHeight,
      x1: Double(column + 1) * cellWidth,
      y1: Double(row + 1) * cellHeight)
    let (box, clipped) = geometry.source(inInput).clamped(
      width: original.width, height: original.height)
    return ClassBox(
      className: className, box: box,
      score: Double(map[row, column].item), row: row, column: column, mapRows: rows,
      mapColumns: columns,
      clippedShare: clipped, rule: "peak cell")
  }
}

import DataBlocks
public import Imaging
import Tensors

/// A box around the most active cell of a class's map, in original pixels.
public struct ClassBox: Sendable, Equatable, Codable {
  /// The name of the class.
  public let className: String
  /// The box, in original pixels.
  public let box: BoundingBox
  /// The raw map's value in the cell.
  public let score: Double
  /// Row of the cell in the map.
  package let row: Int
  /// Column of the cell in the map.
  package let column: Int
  /// Rows of the map.
  package let mapRows: Int
  /// Columns of the map.
  package let mapColumns: Int
  /// The share of the cell outside of the image, which was cut off.
  public let clippedShare: Double
  /// The rule that chose the box.
  package let rule: String

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

extension Explanation {
  /// A box around the most active cell of each class that has a positive one: fmi's rule, with x and y in place.
  public var boxes: [ClassBox] { maps.compactMap(peakBox) }

  /// The box of a map's highest cell; nil if no cell is positive.
  package func peakBox(_ map: ClassMap) -> ClassBox? {
    guard map.status == .evidence else { return nil }
    let (row, column) = map.peak
    let (box, clipped) = cellBox(map, row: row, column: column)
    return ClassBox(
      className: map.className, box: box, score: Double(map.map[row, column].item), row: row,
      column: column, mapRows: map.map.shape[0], mapColumns: map.map.shape[1],
      clippedShare: clipped, rule: "peak cell")
  }

  /// The part of the original under a cell of a map, and the share of it that was cut off at the border.
  package func cellBox(
    _ map: ClassMap, row: Int, column: Int
  ) -> (box: BoundingBox, clippedShare: Double) {
    let cell = map.grid.box(row: row, column: column)
    return geometry.source(cell).clamped(width: image.width, height: image.height)
  }
}

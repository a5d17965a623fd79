

/// A box around the cell of highest activation, in the pixels of the original film.
public struct ActivationBox: Sendable, Equatable, Codable {
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
  /// The map's value in the cell.
  public let score: Double
  /// Row of the cell in the map.
  public let row: Int
  /// Column of the cell in the map.
  public let column: Int
  /// Rows of the map.
  public let mapRows: Int
  /// Columns of the map.
  public let mapColumns: Int
  /// Share of the box that lay outside of the film and was cut off.
  public let clippedShare: Double
  /// How the box was chosen.
  public let rule: String
}

package import DataBlocks
package import Imaging
package import Layers

/// How the cells of a map are placed in the model's input.
public enum MapPlacement: String, Sendable, Hashable, Codable, CaseIterable {
  /// Each cell at the center of its receptive field.
  case receptiveField = "receptive-field"
  /// An even division of the input, as all tools that upsample a map draw it.
  ///
  /// It draws the maps of a ResNet half a cell too far to the right and down.
  case grid
}

/// Where the cells of a map lie in the model's input.
///
/// The cell in row `i` and column `j` is centered at `(x + j · stepX, y + i · stepY)`, in continuous pixels of the
/// input with pixel edges at whole numbers.
public struct MapGrid: Sendable, Hashable, Codable {
  /// The x of the first column's centers.
  public let x: Double
  /// The y of the first row's centers.
  public let y: Double
  /// The distance of neighboring columns.
  public let stepX: Double
  /// The distance of neighboring rows.
  public let stepY: Double

  /// Creates a grid.
  package init(x: Double, y: Double, stepX: Double, stepY: Double) {
    precondition(
      stepX > 0 && stepY > 0 && x.isFinite && y.isFinite,
      "a grid has positive steps, not \(stepX) and \(stepY)")
    self.x = x
    self.y = y
    self.stepX = stepX
    self.stepY = stepY
  }

  /// The even division of an input into cells.
  package static func even(_ size: ImageSize, rows: Int, columns: Int) -> MapGrid {
    let (stepX, stepY) = (
      Double(size.width) / Double(columns), Double(size.height) / Double(rows)
    )
    return MapGrid(x: stepX / 2, y: stepY / 2, stepX: stepX, stepY: stepY)
  }

  /// The grid of receptive fields.
  package init(rows: ReceptiveField, columns: ReceptiveField) {
    self.init(x: columns.center, y: rows.center, stepX: columns.step, stepY: rows.step)
  }

  /// The position of a point of the input in cells, with cell centers at whole numbers.
  package func cell(x pointX: Double, y pointY: Double) -> (column: Double, row: Double) {
    ((pointX - x) / stepX, (pointY - y) / stepY)
  }

  /// The part of the input that a cell stands for: one step around its center.
  package func box(row: Int, column: Int) -> BoundingBox {
    let (centerX, centerY) = (x + Double(column) * stepX, y + Double(row) * stepY)
    return BoundingBox(
      x0: centerX - stepX / 2, y0: centerY - stepY / 2, x1: centerX + stepX / 2,
      y1: centerY + stepY / 2)
  }
}

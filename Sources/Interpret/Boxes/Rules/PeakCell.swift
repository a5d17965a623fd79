package import Imaging
import Tensors

extension Explanation {
  /// fmi's box: the cell of a map's highest value, with x and y in place; nil if no cell is positive.
  ///
  /// Its score is the cell's share of the sum of the positive cells.
  package func peakBox(_ map: ClassMap) -> ClassBox? {
    guard map.status == .evidence else { return nil }
    let (row, column) = map.peak
    let values = map.map.floatScalars
    let peak = Double(values[row * map.map.shape[1] + column])
    let sum = values.reduce(0.0) { $1 > 0 ? $0 + Double($1) : $0 }
    let (box, clipped) = cellBox(map, row: row, column: column)
    return ClassBox(
      className: map.className, box: box, inputBox: map.grid.box(row: row, column: column),
      score: peak / sum, peak: peak, area: box.area, clippedShare: clipped, rule: .peakCell,
      threshold: nil, millimeters: facts.spacing.map { BoxMillimeters(box, area: box.area, $0) },
      row: row, column: column)
  }

  /// The part of the original under a cell of a map, and the share of it that was cut off at the border.
  package func cellBox(
    _ map: ClassMap, row: Int, column: Int
  ) -> (box: BoundingBox, clippedShare: Double) {
    let cell = map.grid.box(row: row, column: column)
    return geometry.source(cell).clamped(width: image.width, height: image.height)
  }
}

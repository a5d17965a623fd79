import Hooks
import Layers
import Tensors

/// Measures where the cells of a layer lie, by the gradients of single cells with respect to random inputs.
///
/// For networks whose own modules hide their windows. A cell lies in the middle of the pixels that it depends on, or
/// at the mean of the squared gradients where these reach the border of the input.
struct ReceptiveFieldProbe {
  private struct Cell {
    let row: Int
    let column: Int
    var rows: [Double]
    var columns: [Double]
  }

  private var cells: [Cell] = []

  /// Nil if the layer does not depend on the input.
  init?(_ layer: Module, _ network: ExplainedNetwork, input shape: [Int], inputs: Int = 4) {
    var random = RandomSource(seed: 1)
    for _ in 0..<inputs {
      let tape = Tape()
      let values = (0..<shape.reduce(1, *)).map { _ in Float(random.normal()) }
      let watched = tape.watch(Tensor(values, shape: shape))
      var output: Tensor?
      let hook = layer.registerForwardHook { _, _, found in output = found }
      _ = network.output(of: watched)
      layer.removeHook(hook)
      guard let output, output.rank == 4, output.needsGradient else { return nil }
      if cells.isEmpty {
        // Two cells inside, apart in rows and columns.
        for share in [3, 2] {
          cells.append(
            Cell(
              row: (output.shape[2] - 1) * (share == 3 ? 1 : 2) / 3,
              column: (output.shape[3] - 1) * (share == 3 ? 1 : 2) / 3,
              rows: [Double](repeating: 0, count: shape[2]),
              columns: [Double](repeating: 0, count: shape[3])))
        }
      }
      for number in cells.indices {
        var seed = Tensor.zeros(output.shape)
        seed.makeUnique()
        for channel in 0..<output.shape[1] {
          seed.floats[
            (channel * output.shape[2] + cells[number].row) * output.shape[3]
              + cells[number].column] = 1
        }
        let gradient = tape.gradients(
          of: output, withRespectTo: [watched], seed: seed.converted(to: output.dtype),
          retainGraph: true)[0]
        let squares = gradient.squared().sum(axes: [0, 1]).floatScalars
        for y in 0..<shape[2] {
          for x in 0..<shape[3] {
            let value = Double(squares[y * shape[3] + x])
            cells[number].rows[y] += value
            cells[number].columns[x] += value
          }
        }
      }
    }
  }

  /// The grid through the two cells; along an axis with one cell, that of `other`.
  func grid(besides other: MapGrid) -> MapGrid {
    let y = axis(
      (cells[0].row, cells[1].row), (Self.center(cells[0].rows), Self.center(cells[1].rows)),
      (other.y, other.stepY))
    let x = axis(
      (cells[0].column, cells[1].column),
      (Self.center(cells[0].columns), Self.center(cells[1].columns)), (other.x, other.stepX))
    return MapGrid(x: x.start, y: y.start, stepX: x.step, stepY: y.step)
  }

  private func axis(
    _ indices: (Int, Int), _ centers: (Double?, Double?), _ other: (start: Double, step: Double)
  ) -> (start: Double, step: Double) {
    guard indices.1 > indices.0, let first = centers.0, let second = centers.1, second > first
    else { return other }
    let step = (second - first) / Double(indices.1 - indices.0)
    return (first - Double(indices.0) * step, step)
  }

  /// In continuous pixels; nil if there is no gradient.
  private static func center(_ squares: [Double]) -> Double? {
    let sum = squares.reduce(0, +)
    guard sum > 0, let first = squares.firstIndex(where: { $0 > 0 }),
      let last = squares.lastIndex(where: { $0 > 0 })
    else { return nil }
    if first > 0, last < squares.count - 1 { return Double(first + last + 1) / 2 }
    return squares.enumerated().reduce(0) { $0 + (Double($1.offset) + 0.5) * $1.element } / sum
  }
}

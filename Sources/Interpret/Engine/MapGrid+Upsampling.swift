import Tensors

extension MapGrid {
  /// Interpolates cells bilinearly at the pixel centers of an input; the border cells extend outward.
  ///
  /// - Parameters:
  ///   - cells: `[batch, channels, rows, columns]`.
  ///   - height: Rows of the input.
  ///   - width: Columns of the input.
  /// - Returns: `[batch, channels, height, width]`.
  func upsampled(_ cells: Tensor, height: Int, width: Int) -> Tensor {
    resampled(
      cells, at: MapGrid(x: 0.5, y: 0.5, stepX: 1, stepY: 1), rows: height, columns: width)
  }

  /// Interpolates cells bilinearly at the centers of another grid.
  func resampled(_ cells: Tensor, at other: MapGrid, rows: Int, columns: Int) -> Tensor {
    let (batch, channels, h, w) = (
      cells.shape[0], cells.shape[1], cells.shape[2], cells.shape[3]
    )
    let across = Self.weights(
      (0..<columns).map { cell(x: other.x + Double($0) * other.stepX, y: 0).column }, of: w)
    let down = Self.weights(
      (0..<rows).map { cell(x: 0, y: other.y + Double($0) * other.stepY).row }, of: h)
    let planes = batch * channels
    let wide = cells.reshaped(to: [planes * h, w]).matmul(across)
      .reshaped(to: [planes, h, columns]).transposed([0, 2, 1])
      .reshaped(to: [planes * columns, h])
    return wide.matmul(down).reshaped(to: [planes, columns, rows]).transposed([0, 2, 1])
      .reshaped(to: [batch, channels, rows, columns])
  }

  /// A matrix, `[count, positions]`, of the weights of `count` samples at positions between them.
  private static func weights(_ positions: [Double], of count: Int) -> Tensor {
    var values = [Float](repeating: 0, count: count * positions.count)
    for (place, position) in positions.enumerated() {
      let clamped = min(max(position, 0), Double(count - 1))
      let first = min(Int(clamped), count - 1)
      let fraction = Float(clamped - Double(first))
      values[first * positions.count + place] += 1 - fraction
      if first + 1 < count { values[(first + 1) * positions.count + place] += fraction }
    }
    return Tensor(values, shape: [count, positions.count])
  }
}

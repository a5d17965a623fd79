import Tensors

/// Projects the cells of each image on the first principal component of their channels.
///
/// - Parameter values: `[batch, channels, rows, columns]`.
/// - Returns: `[batch, rows, columns]`, signed so that it correlates with the sum over the channels.
func principalProjection(of values: Tensor) -> Tensor {
  let (batch, channels, rows, columns) = (
    values.shape[0], values.shape[1], values.shape[2], values.shape[3]
  )
  let cells = rows * columns
  let all = values.floatScalars
  var result: [Float] = []
  result.reserveCapacity(batch * cells)
  for image in 0..<batch {
    // Channels are centered over the cells: row k holds channel k.
    var matrix = all[(image * channels * cells)..<((image + 1) * channels * cells)].map(Double.init)
    var sums = [Double](repeating: 0, count: cells)
    for k in 0..<channels {
      let range = (k * cells)..<((k + 1) * cells)
      let mean = matrix[range].reduce(0, +) / Double(cells)
      for (cell, i) in range.enumerated() {
        sums[cell] += matrix[i]
        matrix[i] -= mean
      }
    }
    var projection = firstProjection(matrix, channels: channels, cells: cells)
    let center = sums.reduce(0, +) / Double(cells)
    let agreement = zip(projection, sums).reduce(0) { $0 + $1.0 * ($1.1 - center) }
    if agreement < 0 { projection = projection.map { -$0 } }
    result += projection.map(Float.init)
  }
  return Tensor(result, shape: [batch, rows, columns])
}

/// The first right singular vector of `M`, `[channels, cells]`, times its singular value, by power iteration.
private func firstProjection(_ matrix: [Double], channels: Int, cells: Int) -> [Double] {
  // The largest cell values break symmetries of the start vector.
  var u = (0..<cells).map { cell in
    1 + Double(cell % 7) * 0.01
      + (0..<channels).reduce(0) { max($0, abs(matrix[$1 * cells + cell])) }
  }
  func normalize(_ vector: inout [Double]) -> Double {
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    if length > 0 { for i in vector.indices { vector[i] /= length } }
    return length
  }
  _ = normalize(&u)
  var singular = 0.0
  for _ in 0..<5000 {
    var v = [Double](repeating: 0, count: channels)
    matrix.withUnsafeBufferPointer { m in
      for k in 0..<channels {
        var sum = 0.0
        for cell in 0..<cells { sum += m[k * cells + cell] * u[cell] }
        v[k] = sum
      }
    }
    singular = normalize(&v)
    guard singular > 0, singular.isFinite else { break }
    var next = [Double](repeating: 0, count: cells)
    matrix.withUnsafeBufferPointer { m in
      for k in 0..<channels {
        let factor = v[k]
        for cell in 0..<cells { next[cell] += m[k * cells + cell] * factor }
      }
    }
    _ = normalize(&next)
    let change = zip(u, next).reduce(0) { max($0, abs($1.0 - $1.1)) }
    u = next
    if change < 1e-9 { break }
  }
  return u.map { $0 * singular }
}

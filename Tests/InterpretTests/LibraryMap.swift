import Tensors

/// What grad-cam does with a raw map, in double precision.
struct LibraryMap {
  let (rows, columns): (Int, Int)
  let values: [Double]

  init(rows: Int, columns: Int, values: [Double]) {
    (self.rows, self.columns) = (rows, columns)
    self.values = values
  }

  init(_ map: Tensor) {
    self.init(
      rows: map.shape[0], columns: map.shape[1], values: map.floatScalars.map(Double.init))
  }

  /// ReLU, scaling, bilinear resize, scaling.
  func finished(_ size: [Int]) -> LibraryMap { scaled.resized(to: size).scaled }

  /// `max(m, 0)`, then `(m - min) / (1e-7 + max)`.
  var scaled: LibraryMap {
    let positive = values.map { max($0, 0) }
    let lowest = positive.min() ?? 0
    let highest = (positive.max() ?? 0) - lowest
    return LibraryMap(
      rows: rows, columns: columns, values: positive.map { ($0 - lowest) / (1e-7 + highest) })
  }

  /// Bilinear, half-pixel centers, edges repeated.
  func resized(to size: [Int]) -> LibraryMap {
    let (height, width) = (size[0], size[1])
    func neighbors(_ i: Int, _ count: Int, _ source: Int) -> (Int, Int, Double) {
      let place = (Double(i) + 0.5) * Double(source) / Double(count) - 0.5
      let low = Int(place.rounded(.down))
      return (
        min(max(low, 0), source - 1), min(max(low + 1, 0), source - 1), place - Double(low)
      )
    }
    var result: [Double] = []
    for y in 0..<height {
      let (top, bottom, v) = neighbors(y, height, rows)
      for x in 0..<width {
        let (left, right, u) = neighbors(x, width, columns)
        func value(_ row: Int) -> Double {
          values[row * columns + left] * (1 - u) + values[row * columns + right] * u
        }
        result.append(value(top) * (1 - v) + value(bottom) * v)
      }
    }
    return LibraryMap(rows: height, columns: width, values: result)
  }

  /// Mirrored left and right.
  var flipped: LibraryMap {
    LibraryMap(
      rows: rows, columns: columns,
      values: values.indices.map { values[$0 / columns * columns + columns - 1 - $0 % columns] })
  }

  /// The mean of maps of one size.
  static func mean(_ maps: [LibraryMap]) -> LibraryMap {
    LibraryMap(
      rows: maps[0].rows, columns: maps[0].columns,
      values: maps[0].values.indices.map { i in
        maps.reduce(0) { $0 + $1.values[i] } / Double(maps.count)
      })
  }
}

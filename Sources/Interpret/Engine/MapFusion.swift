import Tensors

/// How the maps of several layers become one.
public enum MapFusion: String, Sendable, Hashable, Codable, CaseIterable {
  /// The mean of the positive parts, each divided by its maximum.
  case mean
  /// The product of the positive parts, each divided by its maximum.
  case product

  /// Fuses maps on the grid of the finest one.
  ///
  /// A map without a positive cell counts as zeros.
  func fused(_ maps: [LayerMap]) -> (map: Tensor, grid: MapGrid) {
    let finest = maps.dropFirst().reduce(maps[0]) { $1.map.count > $0.map.count ? $1 : $0 }
    let (rows, columns) = (finest.map.shape[0], finest.map.shape[1])
    let parts = maps.map { layer in
      let positive = layer.map.relu()
      let largest = positive.amax().item
      let unit = largest > 0 ? positive / largest : positive
      return layer.grid.resampled(
        unit.reshaped(to: [1, 1] + unit.shape), at: finest.grid, rows: rows, columns: columns
      ).reshaped(to: [rows, columns])
    }
    let map = parts.dropFirst().reduce(parts[0]) { self == .mean ? $0 + $1 : $0 * $1 }
    return (self == .mean ? map / Float(parts.count) : map, finest.grid)
  }
}

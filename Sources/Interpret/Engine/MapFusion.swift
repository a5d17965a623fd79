import Foundation
import Tensors

/// How the maps of several layers become one.
///
/// The positive part of each map is divided by its maximum, and brought to the grid of the finest one.
public enum MapFusion: String, Sendable, Hashable, Codable, CaseIterable {
  /// The mean.
  case mean
  /// The product of `n` maps to the power of `2 / n`: evidence that all layers agree on.
  ///
  /// The power keeps the contrast of a product of two, whatever the number of layers, and does not change the order of
  /// the cells.
  case product

  /// Fuses maps.
  ///
  /// A map without a positive cell counts as zeros.
  ///
  /// - Parameters:
  ///   - maps: The maps of the layers.
  ///   - smoothing: The standard deviation of a Gaussian over the result, in cells.
  /// - Returns: The map, `[rows, columns]`, and its grid: that of the finest layer.
  func fused(_ maps: [LayerMap], smoothing: Double) -> (map: Tensor, grid: MapGrid) {
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
    let count = Float(parts.count)
    let fused: Tensor =
      switch self {
      case .mean: map / count
      case .product:
        Tensor(
          map.floatScalars.map { Foundation.powf(Swift.max($0, 0), 2 / count) }, shape: map.shape)
      }
    return (fused.smoothed(smoothing), finest.grid)
  }
}

extension Tensor {
  /// A map, `[rows, columns]`, weighted by a Gaussian; cells at the border are repeated.
  func smoothed(_ deviation: Double) -> Tensor {
    guard deviation > 0 else { return self }
    let (rows, columns) = (shape[0], shape[1])
    let reach = Int((3 * deviation).rounded(.up))
    let weights = (-reach...reach).map { (offset: Int) -> Float in
      let distance = Double(offset) / deviation
      return Float(Foundation.exp(-distance * distance / 2))
    }
    let sum = weights.reduce(0, +)
    var values = floatScalars
    for (length, lines, step, lineStep) in [
      (columns, rows, 1, columns), (rows, columns, columns, 1),
    ] {
      let source = values
      for line in 0..<lines {
        for place in 0..<length {
          var total: Float = 0
          for offset in -reach...reach {
            let other = Swift.min(Swift.max(place + offset, 0), length - 1)
            total += weights[offset + reach] * source[line * lineStep + other * step]
          }
          values[line * lineStep + place * step] = total / sum
        }
      }
    }
    return Tensor(values, shape: shape)
  }
}

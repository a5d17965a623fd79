public import Tensors

/// The map of one class at one layer.
public struct LayerMap: Sendable {
  /// The path of the layer; "input" for a method without one.
  public let layer: String
  /// The raw map, `[rows, columns]`: positive cells raise the score, negative ones lower it.
  ///
  /// Neither clipped nor scaled, so maps of two classes can be compared.
  public let map: Tensor
  /// Where the cells lie in the model's input.
  public let grid: MapGrid

  /// Creates a map.
  package init(layer: String, map: Tensor, grid: MapGrid) {
    precondition(
      map.rank == 2 && map.count > 0, "a map has rows and columns, not the shape \(map.shape)")
    self.layer = layer
    self.map = map
    self.grid = grid
  }
}

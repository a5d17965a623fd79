public import Imaging
public import Tensors

extension ScalarImage {
  /// Creates an image from a map, `[rows, columns]`, such as fastai's `show_image(cam_map)` takes.
  ///
  ///     let cells = ScalarImage(camMap)
  ///     try image.overlaid(with: cells, colormap: .magma, alpha: 0.6).write(to: "map.png")
  ///
  /// - Precondition: The tensor is float32 and has rows and columns.
  public init(_ map: Tensor) {
    precondition(
      map.rank == 2 && map.count > 0, "a map has rows and columns, not the shape \(map.shape)")
    self.init(width: map.shape[1], height: map.shape[0], values: map.floatScalars)
  }
}

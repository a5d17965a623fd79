import CKernels

extension Tensor {
  /// Values of `gridSample` outside of the image (`padding_mode`).
  public enum GridSamplePadding: Sendable {
    /// Zeros.
    case zeros
    /// The nearest border pixel.
    case border
    /// Reflection at the border.
    case reflection
  }

  /// Samples images at the coordinates of a grid (`F.grid_sample`).
  ///
  /// - Parameters:
  ///   - grid: `[batch, h′, w′, 2]`; `grid[…, 0]` is x (along the width), `grid[…, 1]` is y, both in
  ///     -1...1 over the image.
  ///   - mode: Bilinear, from the four nearest pixels; or nearest, where ties round to even.
  ///   - padding: Values outside of the image.
  ///   - alignCorners: -1 and 1 are the centers of the border pixels instead of their outer edges
  ///     (`align_corners`).
  /// - Returns: `[batch, channels, h′, w′]`. This tensor is `[batch, channels, height, width]`.
  ///
  /// Differentiable in the images and, if bilinear, in the grid; the latter gradient is 0 where a
  /// coordinate is clipped to the border. Saves the images and four pixels with two weights per point.
  /// Reference: Jaderberg et al., arXiv:1506.02025.
  public func gridSample(
    _ grid: Tensor, mode: InterpolationMode = .bilinear, padding: GridSamplePadding = .zeros,
    alignCorners: Bool = false
  ) -> Tensor {
    requireFloat("gridSample")
    grid.requireFloat("gridSample")
    precondition(
      rank == 4 && grid.rank == 4 && grid.shape[0] == shape[0] && grid.shape[3] == 2,
      "gridSample of \(shape) with a grid of \(grid.shape): needs [batch, channels, height, width] and "
        + "[batch, h, w, 2]")
    let (batch, channels, h, w) = (shape[0], shape[1], shape[2], shape[3])
    precondition(
      h > 0 && w > 0 && h * w < Int(Int32.max),
      "gridSample: images of \(shape) are empty or too large")
    let (x, coordinates) = (rowMajor.detached, grid.rowMajor.detached)
    let points = grid.shape[1] * grid.shape[2]
    let samples = Storage(byteCount: batch * points * MemoryLayout<lb_grid_sample>.stride)
    @Sendable func table() -> UnsafeMutablePointer<lb_grid_sample> {
      samples.pointer.assumingMemoryBound(to: lb_grid_sample.self)
    }
    let outside =
      switch padding {
      case .zeros: LB_GRID_ZEROS
      case .border: LB_GRID_BORDER
      case .reflection: LB_GRID_REFLECTION
      }
    let settings = lb_grid_mode(
      padding: outside, nearest: mode == .nearest, align_corners: alignCorners)
    lb_grid_samples(settings, coordinates.floats, batch * points, h, w, table())
    let y = Tensor(uninitialized: [batch, channels, grid.shape[1], grid.shape[2]])
    lb_grid_sample_forward(table(), x.floats, batch, channels, h * w, points, y.floats)
    let (needs, gridShape) = ((needsGradient, grid.needsGradient), grid.shape)
    return y.recorded("gridSample", from: [self, grid]) { dy in
      let dy = dy.rowMajor
      var gradients: [Tensor?] = [nil, nil]
      if needs.0 {
        let dx = Tensor(uninitialized: x.shape)
        lb_grid_sample_backward(table(), dy.floats, batch, channels, h * w, points, dx.floats)
        gradients[0] = dx
      }
      if needs.1 {
        let d = Tensor(uninitialized: gridShape)
        lb_grid_sample_backward_grid(
          table(), x.floats, dy.floats, batch, channels, h * w, points, d.floats)
        gradients[1] = d
      }
      return gradients
    }
  }

  /// The grid of an affine map, for `gridSample`: `(x, y) ↦ theta · (x, y, 1)` (`F.affine_grid`).
  ///
  /// - Parameters:
  ///   - theta: `[batch, 2, 3]`, from coordinates of the result to coordinates of the image.
  ///   - size: Height and width of the result.
  ///   - alignCorners: As in `gridSample`.
  /// - Returns: `[batch, height, width, 2]`.
  public static func affineGrid(_ theta: Tensor, size: Extent, alignCorners: Bool = false)
    -> Tensor
  {
    theta.requireFloat("affineGrid")
    precondition(
      theta.rank == 3 && theta.shape[1...] == [2, 3] && size.height > 0 && size.width > 0,
      "affineGrid: theta of \(theta.shape) for a result of \(size): needs [batch, 2, 3]")
    let (batch, h, w) = (theta.shape[0], size.height, size.width)
    let matrices = theta.rowMajor
    let y = Tensor(uninitialized: [batch, h, w, 2])
    lb_affine_grid(matrices.floats, batch, h, w, alignCorners, y.floats)
    return y.recorded("affineGrid", from: [theta]) { dy in
      let dy = dy.rowMajor
      let d = Tensor(uninitialized: [batch, 2, 3])
      lb_affine_grid_backward(dy.floats, batch, h, w, alignCorners, d.floats)
      return [d]
    }
  }
}

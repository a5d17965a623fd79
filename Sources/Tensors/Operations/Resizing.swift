import CKernels

/// Input pixels and weights of each output pixel along one axis.
private struct AxisTaps: Sendable {
  private let first: Storage
  private let used: Storage
  private let weights: Storage
  private let count: Int
  private let width: Int

  private init(_ taps: [(first: Int, weights: [Double])]) {
    count = taps.count
    width = taps.map(\.weights.count).max() ?? 0
    first = Storage(byteCount: count * 4)
    used = Storage(byteCount: count * 4)
    weights = Storage(byteCount: count * width * 4)
    let starts = first.pointer.assumingMemoryBound(to: Int32.self)
    let lengths = used.pointer.assumingMemoryBound(to: Int32.self)
    for (i, tap) in taps.enumerated() {
      starts[i] = Int32(tap.first)
      lengths[i] = Int32(tap.weights.count)
      for k in 0..<width {
        weights.floats[i * width + k] = k < tap.weights.count ? Float(tap.weights[k]) : 0
      }
    }
  }

  var kernel: lb_taps {
    lb_taps(
      count: count, width: width, first: first.pointer.assumingMemoryBound(to: Int32.self),
      used: used.pointer.assumingMemoryBound(to: Int32.self), weights: weights.floats)
  }

  static func nearest(_ old: Int, _ new: Int) -> AxisTaps {
    AxisTaps((0..<new).map { (Swift.min($0 * old / new, old - 1), [1]) })
  }

  /// Linear interpolation between two pixels.
  static func linear(_ old: Int, _ new: Int, alignCorners: Bool) -> AxisTaps {
    AxisTaps(
      (0..<new).map { i in
        let position =
          if alignCorners {
            new > 1 ? Double(i) * Double(old - 1) / Double(new - 1) : 0
          } else {
            Swift.max((Double(i) + 0.5) * Double(old) / Double(new) - 0.5, 0)
          }
        let first = Swift.min(Int(position), old - 1)
        let weight = position - Double(first)
        return (first, first + 1 < old ? [1 - weight, weight] : [1])
      })
  }

  /// A triangle filter, two output pixels wide if the image shrinks.
  static func triangle(_ old: Int, _ new: Int) -> AxisTaps {
    let scale = Double(old) / Double(new)
    let support = Swift.max(scale, 1)
    return AxisTaps(
      (0..<new).map { i in
        let center = scale * (Double(i) + 0.5)
        let first = Swift.max(Int(center - support + 0.5), 0)
        let end = Swift.min(Int(center + support + 0.5), old)
        let weights = (first..<end).map {
          Swift.max(1 - Swift.abs(Double($0) - center + 0.5) / support, 0)
        }
        let sum = weights.reduce(0, +)
        return (first, weights.map { $0 / sum })
      })
  }
}

extension Tensor {
  /// Interpolation of `resized` and `gridSample` (`mode` of `F.interpolate` and `F.grid_sample`).
  public enum InterpolationMode: Sendable {
    /// Bilinear.
    case bilinear
    /// The nearest pixel.
    case nearest
  }

  /// Resizes images (`F.interpolate`).
  ///
  /// - Parameters:
  ///   - size: Height and width of the result.
  ///   - mode: Bilinear; or nearest, the pixel at `⌊i · old / new⌋`.
  ///   - alignCorners: Align the centers of the border pixels instead of their outer edges
  ///     (`align_corners`); bilinear only.
  ///   - antialias: Average over all covered pixels if an image shrinks; bilinear only, without
  ///     `alignCorners`.
  /// - Returns: `[batch, channels, size.height, size.width]`. This tensor is
  ///   `[batch, channels, height, width]`.
  ///
  /// Differentiable; saves weights per row and column only.
  public func resized(
    to size: Extent, mode: InterpolationMode = .bilinear, alignCorners: Bool = false,
    antialias: Bool = false
  ) -> Tensor {
    requireFloat("resized")
    precondition(
      rank == 4 && shape[2] > 0 && shape[3] > 0 && size.height > 0 && size.width > 0,
      "resized: images of \(shape) to \(size): needs [batch, channels, height, width]")
    precondition(
      mode == .bilinear && !(antialias && alignCorners) || !(antialias || alignCorners),
      "resized: \(mode) does not support alignCorners \(alignCorners) with antialias \(antialias)")
    let (planes, h, w, original) = (shape[0] * shape[1], shape[2], shape[3], shape)
    func taps(_ old: Int, _ new: Int) -> AxisTaps {
      if mode == .nearest { return .nearest(old, new) }
      return antialias ? .triangle(old, new) : .linear(old, new, alignCorners: alignCorners)
    }
    let (rows, columns) = (taps(h, size.height), taps(w, size.width))
    let x = rowMajor
    let y = Tensor(uninitialized: [shape[0], shape[1], size.height, size.width])
    lb_resize(x.floats, planes, h, w, rows.kernel, columns.kernel, y.floats)
    return y.recorded("resized", from: [self]) { dy in
      let dy = dy.rowMajor
      let dx = Tensor(uninitialized: original)
      lb_resize_backward(dy.floats, planes, h, w, rows.kernel, columns.kernel, dx.floats)
      return [dx]
    }
  }
}

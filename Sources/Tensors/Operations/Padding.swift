import CKernels

extension Tensor {
  /// Values of `padded` outside of the image (`mode` of `F.pad`).
  public enum PaddingMode: Sendable, Equatable {
    /// A constant value.
    case constant(Float)
    /// Reflection at the centers of the border pixels.
    case reflect
    /// The nearest border pixel.
    case replicate
    /// Periodic repetition of the image.
    case circular
  }

  /// Pads the last two dimensions (`F.pad`); negative padding crops.
  ///
  /// - Parameters:
  ///   - left: Columns added on the left.
  ///   - right: Columns added on the right.
  ///   - top: Rows added at the top.
  ///   - bottom: Rows added at the bottom.
  ///   - mode: Values of the padding. Default: zeros.
  /// - Returns: `[…, top + height + bottom, left + width + right]`.
  /// - Precondition: `.reflect` needs a padding below the length of the image, `.circular` at most that.
  ///
  /// Differentiable: a pixel's gradient is the sum over its copies.
  public func padded(
    left: Int = 0, right: Int = 0, top: Int = 0, bottom: Int = 0,
    mode: PaddingMode = .constant(0)
  ) -> Tensor {
    requireFloat("padded")
    let given = "(left \(left), right \(right), top \(top), bottom \(bottom))"
    precondition(rank >= 2, "padded: \(given) of \(shape), which has fewer than two dimensions")
    let (h, w, original) = (shape[rank - 2], shape[rank - 1], shape)
    precondition(
      Swift.max(top, bottom) <= mode.limit(h) && Swift.max(left, right) <= mode.limit(w)
        && top + h + bottom >= 0 && left + w + right >= 0 && Swift.min(top, bottom) >= -h
        && Swift.min(left, right) >= -w,
      "padded: a padding of \(given), \(mode), does not fit an image of \(shape)")
    let (rows, columns) = (mode.sources(h, top, bottom), mode.sources(w, left, right))
    let planes = shape.dropLast(2).reduce(1, *)
    var value: Float = 0
    if case .constant(let number) = mode { value = number }
    let x = rowMajor
    let y = Tensor(uninitialized: shape.dropLast(2) + [rows.count, columns.count])
    lb_pad(
      x.floats, planes, h, w, rows, rows.count, columns, columns.count, value, y.floats)
    return y.recorded("padded", from: [self]) { dy in
      let dy = dy.rowMajor
      let dx = Tensor(uninitialized: original)
      lb_pad_backward(
        dy.floats, planes, h, w, rows, rows.count, columns, columns.count, dx.floats)
      return [dx]
    }
  }

  /// Pads all four sides equally; see `padded(left:right:top:bottom:mode:)`.
  package func padded(_ width: Int, mode: PaddingMode = .constant(0)) -> Tensor {
    padded(left: width, right: width, top: width, bottom: width, mode: mode)
  }
}

extension Tensor.PaddingMode {
  /// Source index of each padded position; -1 for the constant.
  fileprivate func sources(_ length: Int, _ before: Int, _ after: Int) -> [Int32] {
    (0..<Swift.max(before + length + after, 0)).map { i in
      let at = i - before
      if (0..<length).contains(at) { return Int32(at) }
      return switch self {
      case .constant: -1
      case .reflect: Int32(at < 0 ? -at : 2 * (length - 1) - at)
      case .replicate: Int32(at < 0 ? 0 : length - 1)
      case .circular: Int32(at < 0 ? at + length : at - length)
      }
    }
  }

  /// Maximum padding of an image of this length.
  fileprivate func limit(_ length: Int) -> Int {
    switch self {
    case .constant: Int.max
    case .reflect: length - 1
    case .replicate: length > 0 ? Int.max : 0
    case .circular: length
    }
  }
}

import CKernels

/// What a margin around an image holds.
public enum PaddingMode: Sendable, Equatable {
  /// One value everywhere.
  case constant(Float)
  /// The image mirrored at the centers of its border pixels, which are not repeated.
  case reflect
  /// The nearest border pixel.
  case replicate
  /// The image again, from its other side.
  case circular

  /// Where each of the padded positions comes from; -1: the constant.
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

  /// The widest margin that an image of this length can fill.
  fileprivate func limit(_ length: Int) -> Int {
    switch self {
    case .constant: Int.max
    case .reflect: length - 1
    case .replicate: length > 0 ? Int.max : 0
    case .circular: length
    }
  }
}

extension Tensor {
  /// Puts a margin around the last two dimensions; a negative one crops.
  ///
  /// - Parameters:
  ///   - left: Columns before the first.
  ///   - right: Columns behind the last.
  ///   - top: Rows before the first.
  ///   - bottom: Rows behind the last.
  ///   - mode: What the margin holds; zeros unless said.
  /// - Returns: `[…, top + height + bottom, left + width + right]`.
  /// - Precondition: Mirrored, the margin is narrower than the image; circular, no wider.
  ///
  /// The gradient of a pixel is the sum over the places that show it.
  public func padded(
    left: Int = 0, right: Int = 0, top: Int = 0, bottom: Int = 0,
    mode: PaddingMode = .constant(0)
  ) -> Tensor {
    requireFloat("padded")
    let given = "(left \(left), right \(right), top \(top), bottom \(bottom))"
    precondition(rank >= 2, "padded: \(given) of \(shape), which has no two dimensions")
    let (h, w, original) = (shape[rank - 2], shape[rank - 1], shape)
    precondition(
      Swift.max(top, bottom) <= mode.limit(h) && Swift.max(left, right) <= mode.limit(w)
        && top + h + bottom >= 0 && left + w + right >= 0 && Swift.min(top, bottom) >= -h
        && Swift.min(left, right) >= -w,
      "padded: a margin of \(given), \(mode), does not fit an image of \(shape)")
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

  /// Puts a margin of the same width around all four sides; see `padded(left:right:top:bottom:mode:)`.
  public func padded(_ width: Int, mode: PaddingMode = .constant(0)) -> Tensor {
    padded(left: width, right: width, top: width, bottom: width, mode: mode)
  }
}

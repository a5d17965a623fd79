import CKernels

extension Tensor {
  /// Normalizes each item over its last dimensions (`F.layer_norm`).
  ///
  ///     y = (x − mean) / √(variance + ε) · scale + shift
  ///
  /// - Parameters:
  ///   - normalizedShape: The last dimensions (`normalized_shape`).
  ///   - scale: Of that shape (`weight`). Default: 1.
  ///   - shift: Of that shape (`bias`). Default: 0.
  ///   - epsilon: Added to the biased variance (`eps`).
  /// - Returns: A tensor of the shape of the input.
  ///
  /// Differentiable in the input, `scale` and `shift`. Saves the input, and mean and deviation per item.
  /// Reference: Ba et al., arXiv:1607.06450.
  public func layerNorm(
    _ normalizedShape: [Int], scale: Tensor? = nil, shift: Tensor? = nil, epsilon: Float = 1e-5
  ) -> Tensor {
    precondition(
      !normalizedShape.isEmpty && shape.suffix(normalizedShape.count) == normalizedShape[...]
        && (scale?.shape ?? normalizedShape) == normalizedShape
        && (shift?.shape ?? normalizedShape) == normalizedShape,
      "layerNorm: an input of \(shape) over \(normalizedShape) with scale "
        + "\(scale?.shape ?? []) and shift \(shift?.shape ?? [])")
    let length = normalizedShape.reduce(1, *)
    let form = lb_norm(
      rows: count / Swift.max(length, 1), groups: 1, channels: length, pixels: 1)
    return normalized(form, scale: scale, shift: shift, epsilon: epsilon, "layerNorm")
  }

  /// Layer norm and group norm: normalizes rows, then scales and shifts by channel.
  func normalized(
    _ form: lb_norm, scale: Tensor?, shift: Tensor?, epsilon: Float, _ name: StaticString
  ) -> Tensor {
    requireFloat(name)
    scale?.requireFloat(name)
    shift?.requireFloat(name)
    let (x, length, rows) = (rowMajor.detached, form.channels * form.pixels, form.rows)
    precondition(length > 0, "\(name) over no elements, shape \(shape)")
    let affine = scale != nil || shift != nil
    let parameters = scale?.shape ?? shift?.shape ?? []
    let gamma =
      affine ? scale?.rowMajor.detached ?? Tensor(repeating: 1, shape: parameters) : nil
    let beta = affine ? shift?.rowMajor.detached ?? Tensor.zeros(parameters) : nil
    let statistics = Storage(byteCount: 2 * rows * MemoryLayout<Double>.size)
    let (mean, inverse) = (statistics.doubles, statistics.doubles + rows)
    lb_row_statistics(x.floats, rows, length, mean, inverse)
    lb_row_inverse_deviation(inverse, rows, length, Double(epsilon))
    let y = Tensor(uninitialized: shape)
    lb_norm_forward(form, x.floats, gamma?.floats, beta?.floats, mean, inverse, y.floats)
    let inputs = [self] + [scale, shift].compactMap { $0 }
    let needs = (needsGradient, scale?.needsGradient ?? false, shift?.needsGradient ?? false)
    let given = (scale != nil, shift != nil)
    return y.recorded("\(name)", from: inputs) { dy in
      let dy = dy.rowMajor
      let (mean, inverse) = (statistics.doubles, statistics.doubles + rows)
      var gradients: [Tensor?] = [nil]
      if needs.0 {
        let dx = Tensor(uninitialized: x.shape)
        lb_norm_backward(form, x.floats, dy.floats, gamma?.floats, mean, inverse, dx.floats)
        gradients[0] = dx
      }
      guard affine else { return gradients }
      let wanted = needs.1 || needs.2
      let (dScale, dShift) = (Tensor(uninitialized: parameters), Tensor(uninitialized: parameters))
      if wanted {
        lb_norm_backward_weights(
          form, x.floats, dy.floats, mean, inverse, dScale.floats, dShift.floats)
      }
      if given.0 { gradients.append(wanted ? dScale : nil) }
      if given.1 { gradients.append(wanted ? dShift : nil) }
      return gradients
    }
  }
}

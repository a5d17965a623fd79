import CKernels
import COneDNN

/// What batch normalisation gives: the normalised tensor and the statistics it used.
public struct BatchNormResult: Sendable {
  /// Normalised, scaled and shifted; of the input's shape.
  public let output: Tensor
  /// Mean of each channel, `[channels]`.
  public let mean: Tensor
  /// Biased variance of each channel, `[channels]`.
  public let variance: Tensor
}

extension Tensor {
  /// Normalises each channel over batch and pixels.
  ///
  ///     y = (x − mean) / √(variance + ε) · scale + shift
  ///
  /// - Parameters:
  ///   - scale: `[channels]`.
  ///   - shift: `[channels]`.
  ///   - statistics: Mean and variance to use, `[channels]` each; nil: those of this batch, through
  ///     which the gradient then flows too.
  ///   - epsilon: Added to the variance.
  ///   - relu: Follow with ReLU in the same pass.
  /// - Returns: The output, and the statistics it used.
  /// - Precondition: `[batch, channels]` or `[batch, channels, height, width]`.
  ///
  /// Differentiable in the input, `scale` and `shift`. Keeps the input.
  /// Reference: Ioffe and Szegedy, arXiv:1502.03167.
  public func batchNorm(
    scale: Tensor, shift: Tensor, statistics: (mean: Tensor, variance: Tensor)? = nil,
    epsilon: Float = 1e-5, relu: Bool = false
  ) -> BatchNormResult {
    requireFloatOrBFloat("batchNorm")
    precondition(
      (rank == 2 || rank == 4) && scale.shape == [shape[1]] && shift.shape == [shape[1]],
      "batchNorm: an input of \(shape) with scale \(scale.shape) and shift \(shift.shape): "
        + "needs [batch, channels(, height, width)] and [channels]")
    if let statistics {
      precondition(
        statistics.mean.shape == [shape[1]] && statistics.variance.shape == [shape[1]],
        "batchNorm: statistics of \(statistics.mean.shape), \(statistics.variance.shape) for \(shape)"
      )
    }
    let (original, channels) = (shape, shape[1])
    let image = rank == 4 ? detached : rowMajor.viewed(as: [shape[0], channels, 1, 1])
    let inputs = [self, scale, shift]
    let isRecorded = inputs.contains(where: \.needsGradient)
    var key = lb_batch_norm()
    key.source = image.oneDNNLayout.address
    key.epsilon = epsilon
    key.training = isRecorded || statistics == nil ? 1 : 0
    key.global = statistics == nil ? 0 : 1
    key.relu = relu ? 1 : 0
    let text = "batch norm of \(image.shape)"
    let forward = Primitive(text) { lb_make_batch_norm_forward(key, $0) }

    let (gamma, beta) = (scale.rowMajor.detached, shift.rowMajor.detached)
    let mean = statistics?.mean.rowMajor.detached ?? Tensor(uninitialized: [channels])
    let variance = statistics?.variance.rowMajor.detached ?? Tensor(uninitialized: [channels])
    let x = image.reordered(to: forward.required(LB_ARG_SRC))
    let y = Tensor(uninitialized: image.shape, layout: forward.required(LB_ARG_DST))
    var arguments = [
      (LB_ARG_SRC, x.storage.pointer), (LB_ARG_DST, y.storage.pointer),
      (LB_ARG_MEAN, mean.storage.pointer), (LB_ARG_VARIANCE, variance.storage.pointer),
      (LB_ARG_SCALE, gamma.storage.pointer), (LB_ARG_SHIFT, beta.storage.pointer),
    ]
    let workspace = forward.layout(LB_ARG_WORKSPACE).map { Storage(byteCount: $0.byteCount) }
    if let workspace { arguments.append((LB_ARG_WORKSPACE, workspace.pointer)) }
    forward.execute("batchNorm", arguments)

    let needsInput = needsGradient
    let result = rank == 4 ? y : y.viewed(as: original)
    let output = result.recorded("batchNorm", from: inputs) { [key] dy in
      let diff = (dy.rank == 4 ? dy : dy.rowMajor.viewed(as: x.shape)).reordered(to: x.oneDNNLayout)
      let backward = Primitive(text) {
        lb_make_batch_norm_backward(key, x.oneDNNLayout.pointer, $0)
      }
      let dx = Tensor(uninitialized: x.shape, layout: backward.required(LB_ARG_DIFF_SRC))
      let (dScale, dShift) = (Tensor(uninitialized: [channels]), Tensor(uninitialized: [channels]))
      var arguments = [
        (LB_ARG_SRC, x.storage.pointer), (LB_ARG_DIFF_DST, diff.storage.pointer),
        (LB_ARG_MEAN, mean.storage.pointer), (LB_ARG_VARIANCE, variance.storage.pointer),
        (LB_ARG_SCALE, gamma.storage.pointer), (LB_ARG_SHIFT, beta.storage.pointer),
        (LB_ARG_DIFF_SRC, dx.storage.pointer),
        (LB_ARG_DIFF_SCALE, dScale.storage.pointer), (LB_ARG_DIFF_SHIFT, dShift.storage.pointer),
      ]
      if let workspace { arguments.append((LB_ARG_WORKSPACE, workspace.pointer)) }
      backward.execute("batchNorm", arguments)
      return [
        needsInput ? (original.count == 4 ? dx : dx.viewed(as: original)) : nil, dScale, dShift,
      ]
    }
    return BatchNormResult(output: output, mean: mean, variance: variance)
  }
}

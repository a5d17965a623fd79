import CKernels

/// The output of batch norm and the statistics that it used.
package struct BatchNormResult: Sendable {
  /// Normalized, scaled and shifted; of the shape of the input.
  package let output: Tensor
  /// Mean of each channel, `[channels]`.
  package let mean: Tensor
  /// Biased variance of each channel, `[channels]`.
  package let variance: Tensor
}

extension Tensor {
  /// Normalizes each channel over the batch and all pixels (`F.batch_norm`).
  ///
  ///     y = (x − mean) / √(variance + ε) · scale + shift
  ///
  /// Keeps the physical layout and the type of the input. Batch statistics are computed in double from
  /// differences to an estimated mean, so a large mean causes no cancellation. They do not depend on the
  /// number of threads.
  ///
  /// - Parameters:
  ///   - scale: `[channels]` (`weight`).
  ///   - shift: `[channels]` (`bias`).
  ///   - statistics: Mean and variance to use, `[channels]` each, as constants. Default: those of the
  ///     batch, through which the gradient is propagated.
  ///   - epsilon: Added to the variance (`eps`).
  ///   - addend: Added to the result in the same pass, of the shape of the input.
  ///   - relu: Apply ReLU in the same pass.
  /// - Returns: The output and the statistics.
  /// - Precondition: The input is `[batch, channels]` or `[batch, channels, height, width]`.
  ///
  /// Differentiable in the input, `scale`, `shift` and `addend`. Saves the input, and the output if there
  /// are both an addend and ReLU.
  /// Reference: Ioffe and Szegedy, arXiv:1502.03167.
  package func batchNorm(
    scale: Tensor, shift: Tensor, statistics: (mean: Tensor, variance: Tensor)? = nil,
    epsilon: Float = 1e-5, adding addend: Tensor? = nil, relu: Bool = false
  ) -> BatchNormResult {
    requireFloatOrBFloat("batchNorm")
    precondition(
      (rank == 2 || rank == 4) && scale.shape == [shape[1]] && shift.shape == [shape[1]],
      "batchNorm: an input of \(shape) with scale \(scale.shape) and shift \(shift.shape): "
        + "needs [batch, channels(, height, width)] and [channels]")
    if let statistics {
      precondition(
        statistics.mean.shape == [shape[1]] && statistics.variance.shape == [shape[1]],
        "batchNorm: statistics of \(statistics.mean.shape) and \(statistics.variance.shape) for \(shape)"
      )
    }
    if let addend {
      precondition(
        addend.shape == shape,
        "batchNorm: the addend has shape \(addend.shape), the input \(shape)")
    }
    let norm = NormPlanes(self, statistics: statistics, scale, shift)
    let other = addend.map { norm.aligned($0.detached) }
    let y = norm.forward(adding: other, epsilon: epsilon, relu: relu)
    let result = norm.restored(y)

    let needsInput = needsGradient
    let kept = relu && addend != nil ? y : nil
    let addendType = addend?.dtype
    let output = result.recorded(
      "batchNorm", from: [self, scale, shift] + (addend.map { [$0] } ?? [])
    ) { dy in
      let found = norm.backward(
        norm.aligned(dy), output: kept, relu: relu, needsInput: needsInput)
      var gradients: [Tensor?] = [
        found.input.map(norm.restored), found.scale, found.shift,
      ]
      if let addendType {
        gradients.append(norm.restored(found.addend).converted(to: addendType))
      }
      return gradients
    }
    return BatchNormResult(
      output: output, mean: norm.numbers(.mean), variance: norm.numbers(.variance))
  }
}

/// The input as the kernels read it, with the values per channel.
private struct NormPlanes: Sendable {
  /// Rows of `floats`; each holds one value per channel, padded with zeros to whole blocks.
  enum Row: Int, CaseIterable {
    case mean, variance, scale, shift, factor, c1, c2, scaleGradient, shiftGradient
  }

  /// `[batch, channels, height, width]` in channel blocks; `[1, channels, 1, batch]` for a matrix.
  private let x: Tensor
  private let original: [Int]
  private let channels: Int
  private let padded: Int
  private let planes: lb_planes
  private let floats: Tensor
  private let inverse: Storage
  private let isGiven: Bool

  init(
    _ input: Tensor, statistics: (mean: Tensor, variance: Tensor)?, _ scale: Tensor, _ shift: Tensor
  ) {
    precondition(
      input.count > 0, "batchNorm: the input of shape \(input.shape) is empty")
    original = input.shape
    channels = input.shape[1]
    x = NormPlanes.aligned(input.detached)
    let block = x.layout?.channelBlock ?? 1
    let blocks = (channels + block - 1) / block
    planes = lb_planes(
      images: x.shape[0], blocks: blocks, count: x.shape[2] * x.shape[3] * block, block: block,
      bf16: x.dtype == .bfloat16)
    padded = blocks * block
    isGiven = statistics != nil
    floats = Tensor.zeros([Row.allCases.count, padded])
    inverse = Storage(byteCount: padded * 8)
    set(.scale, scale)
    set(.shift, shift)
    if let statistics {
      set(.mean, statistics.mean)
      set(.variance, statistics.variance)
    }
  }

  private func pointer(_ row: Row) -> UnsafeMutablePointer<Float> {
    floats.floats + row.rawValue * padded
  }

  private func set(_ row: Row, _ values: Tensor) {
    let plain = values.rowMajor
    withExtendedLifetime(plain) { pointer(row).update(from: plain.floats, count: channels) }
  }

  /// A row as a tensor, `[channels]`.
  func numbers(_ row: Row) -> Tensor {
    let result = Tensor(uninitialized: [channels])
    result.floats.update(from: pointer(row), count: channels)
    return result
  }

  private func numbers(_ sums: Storage) -> lb_batch_norm_channels {
    lb_batch_norm_channels(
      mean: pointer(.mean), variance: pointer(.variance), scale: pointer(.scale),
      shift: pointer(.shift), factor: pointer(.factor), inverse: inverse.doubles, c1: pointer(.c1),
      c2: pointer(.c2), sums: sums.doubles)
  }

  func forward(adding addend: Tensor?, epsilon: Float, relu: Bool) -> Tensor {
    let (y, sums) = (x.uninitializedAlike, NormPlanes.sums(planes))
    Profiler.measure("batchNorm") {
      lb_batch_norm_forward(
        planes, x.storage.pointer, addend?.storage.pointer, numbers(sums), epsilon, isGiven, relu,
        y.storage.pointer)
    }
    return y
  }

  func backward(_ dy: Tensor, output: Tensor?, relu: Bool, needsInput: Bool) -> (
    input: Tensor?, scale: Tensor, shift: Tensor, addend: Tensor
  ) {
    let dz = output == nil ? dy : x.uninitializedAlike
    let dx = needsInput ? x.uninitializedAlike : nil
    let sums = NormPlanes.sums(planes)
    Profiler.measure("batchNorm") {
      lb_batch_norm_backward(
        planes, x.storage.pointer, dy.storage.pointer, output?.storage.pointer, numbers(sums),
        isGiven, relu, output == nil ? nil : dz.storage.pointer, pointer(.scaleGradient),
        pointer(.shiftGradient), dx?.storage.pointer)
    }
    return (dx, numbers(.scaleGradient), numbers(.shiftGradient), dz)
  }

  /// A tensor of the shape of the input, in the order of the planes.
  func aligned(_ other: Tensor) -> Tensor {
    original.count == 4
      ? other.reordered(to: x.oneDNNLayout)
      : NormPlanes.aligned(other.converted(to: x.dtype))
  }

  /// The inverse of `aligned(_:)`.
  func restored(_ result: Tensor) -> Tensor {
    original.count == 4
      ? result : result.viewed(as: [original[1], original[0]]).transposed()
  }

  private static func aligned(_ input: Tensor) -> Tensor {
    guard input.rank == 4 else {
      return input.rowMajor.transposed().viewed(as: [1, input.shape[1], 1, input.shape[0]])
    }
    guard let layout = input.layout else { return input }
    if let block = layout.channelBlock,
      [1, 2, 4, 8, 16].contains(block) || (block == input.shape[1] && block % 16 == 0)
    {
      return input
    }
    return input.inChannelBlocks(of: 16)
  }

  private static func sums(_ planes: lb_planes) -> Storage {
    Storage(byteCount: lb_batch_norm_sums(planes) * 8)
  }
}

package import Tensors

// Fused layers: fewer passes over memory. A hook on one of the layers disables the fusion; the
// results agree up to rounding errors.

extension Module {
  /// Batch norm, an optional residual sum and ReLU in one pass, if no layer has hooks.
  package static func normalized(
    _ norm: BatchNorm, adding residual: Tensor? = nil, _ relu: ReLU, _ input: Tensor
  ) -> Tensor {
    guard !norm.isHooked, !relu.isHooked else {
      let y = norm(input)
      return relu(residual.map { y + $0 } ?? y)
    }
    return Profiler.within(norm.label) {
      norm.normalized(input, adding: residual, relu: true)
    }
  }

  /// Convolution and batch norm with an optional residual sum and ReLU.
  ///
  /// In evaluation mode and off the tape, batch norm is folded into the filters and all run in one pass.
  package static func convolved(
    _ convolution: Conv2D, _ norm: BatchNorm, _ relu: ReLU? = nil, adding residual: Tensor? = nil,
    _ input: Tensor
  ) -> Tensor {
    let isHooked = convolution.isHooked || norm.isHooked || relu?.isHooked ?? false
    if !isHooked, !norm.isTraining, input.isOffTape, residual?.isOffTape ?? true {
      return Profiler.within(convolution.label) {
        convolution.folded(norm, input, adding: residual, relu: relu != nil)
      }
    }
    let y = convolution(input)
    guard let relu else { return residual.map { norm(y) + $0 } ?? norm(y) }
    return normalized(norm, adding: residual, relu, y)
  }
}

/// A convolution with a folded batch norm, valid until one of the two changes.
struct FoldedConvolution {
  private let norm: ObjectIdentifier
  private let versions: [Int]
  var packed: PackedConvolution

  /// Folds a batch norm, with its running statistics, into a convolution.
  ///
  ///     w' = w · γ / √(σ² + ε);   b' = β + (b − μ) · γ / √(σ² + ε)
  init(_ convolution: Conv2D, _ norm: BatchNorm) {
    self.norm = ObjectIdentifier(norm)
    versions = FoldedConvolution.versions(convolution, norm)
    let outputs = convolution.weight.shape[0]
    let scale = norm.weight.value / (norm.runningVar.value + Tensor(norm.epsilon)).squareRoot()
    let bias = convolution.bias?.value ?? Tensor.zeros([outputs])
    packed = PackedConvolution(
      weight: convolution.weight.value.detached * scale.reshaped(to: [outputs, 1, 1, 1]),
      bias: norm.bias.value + (bias - norm.runningMean.value) * scale)
  }

  func isCurrent(_ convolution: Conv2D, _ norm: BatchNorm) -> Bool {
    self.norm == ObjectIdentifier(norm) && versions == FoldedConvolution.versions(convolution, norm)
  }

  private static func versions(_ convolution: Conv2D, _ norm: BatchNorm) -> [Int] {
    [
      convolution.weight.version, convolution.bias?.version ?? 0, norm.weight.version,
      norm.bias.version, norm.runningMean.version, norm.runningVar.version,
    ]
  }
}

extension Conv2D {
  /// The convolution with a folded batch norm, an optional sum and ReLU.
  fileprivate func folded(
    _ norm: BatchNorm, _ input: Tensor, adding residual: Tensor?, relu: Bool
  ) -> Tensor {
    var current =
      folding.flatMap { $0.isCurrent(self, norm) ? $0 : nil } ?? FoldedConvolution(self, norm)
    folding = nil  // A second reference would force a copy of the packed filters.
    let result = current.packed(input, geometry, adding: residual, relu: relu)
    folding = current
    return result
  }
}

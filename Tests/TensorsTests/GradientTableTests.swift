import Tensors
import TestSupport
import Testing

@Suite("Gradients match central differences, by family of operations")
struct GradientTableTests {
  private func numbers(_ shape: [Int], shift: Float = 0, seed: UInt64 = 5) -> Tensor {
    var random = RandomSource(seed: seed)
    let values = (0..<shape.reduce(1, *)).map { _ in Float(random.uniform(-1, 1)) + shift }
    return Tensor(values, shape: shape)
  }

  @Test("activations", arguments: [[1, 1], [3, 5], [2, 17]])
  func activations(shape: [Int]) {
    checkGradient("gelu", shape) { ($0 * 3).gelu() }
    checkGradient("gelu, tanh", shape) { ($0 * 3).gelu(approximate: .tanh) }
    checkGradient("silu", shape) { ($0 * 3).silu() }
    checkGradient("softplus", shape) { $0.softplus(beta: 3) }
    checkGradient("elu", shape, shift: -1.2) { $0.elu(alpha: 0.7) }
    checkGradient("leaky ReLU", shape, shift: -1.2) { $0.leakyReLU(negativeSlope: 0.3) }
    checkGradient("hardswish", shape) { $0.hardswish() }
    checkGradient("clamped", shape, shift: 1.2) { $0.clamped(to: 0...9) * $0 }
  }

  @Test("normalization", arguments: [[2, 6], [2, 4, 5], [1, 6, 2, 3]])
  func normalization(shape: [Int]) {
    let last = [shape[shape.count - 1]]
    let (scale, shift) = (numbers(last, shift: 2), numbers(last, seed: 6))
    checkGradient("layer norm", shape, step: 2e-3, tolerance: 3e-2) {
      $0.layerNorm(last, scale: scale, shift: shift)
    }
    checkGradient("without scale", shape, step: 2e-3, tolerance: 3e-2) { $0.layerNorm(shape) }
    checkGradient("layer scale", last) { numbers(shape).layerNorm(last, scale: $0) }
    checkGradient("layer shift", last) { numbers(shape).layerNorm(last, shift: $0) }
    let channels = [shape[1]]
    let gamma = numbers(channels, shift: 2)
    checkGradient("group norm", shape, step: 2e-3, tolerance: 3e-2) {
      $0.groupNorm(groups: 2, scale: gamma)
    }
    checkGradient("group scale", channels) { numbers(shape).groupNorm(groups: 2, scale: $0) }
  }

  @Test("reductions", arguments: [[2, 3], [3, 2, 4]])
  func reductions(shape: [Int]) {
    checkGradient("variance", shape) { $0.variance() }
    checkGradient("variance of columns", shape) { $0.variance(axes: [0], unbiased: false) }
    checkGradient("deviation", shape) { $0.standardDeviation(axes: [-1]) }
    // Values so far apart that a step does not change their order.
    let apart = Tensor((0..<shape.reduce(1, *)).map { Float($0 * 7 % 5) * 3 }, shape: shape)
    checkGradient("max", shape) { ($0 * 0.1 + apart).max(axis: 0).values }
    checkGradient("min", shape) { ($0 * 0.1 + apart).min(axis: -1).values }
    checkGradient("amax", [7]) {
      ($0 * 0.1 + Tensor([1, 9, 3, 5, 7, 2, 4] as [Float])).amax()
    }
  }

  @Test("scalingChannels")
  func channelScale() {
    let (images, factors) = (numbers([2, 3, 2, 4]), numbers([2, 3, 1, 1], seed: 6))
    checkGradient("images", [2, 3, 2, 4]) { $0.scalingChannels(by: factors) }
    checkGradient("factors", [2, 3, 1, 1]) { images.scalingChannels(by: $0) }
  }

  @Test("average pooling with ceilMode, also of images smaller than the window")
  func ceilMode() {
    let geometry = PoolingGeometry(
      kernelSize: 2, stride: 2, ceilMode: true, countsPadding: false)
    for shape in [[1, 2, 1, 1], [2, 17, 3, 1], [1, 1, 5, 4]] {
      checkGradient("mean", shape) { $0.avgPool2d(geometry) }
    }
    #expect(Tensor([3] as [Float], shape: [1, 1, 1, 1]).avgPool2d(geometry).item == 3)
  }

  @Test("shaping")
  func shaping() {
    checkGradient("expanded", [3, 1]) { $0.expanded(to: [2, 3, 4]) }
    checkGradient("steps", [2, 7]) { $0[0..., TensorSlice(from: 1, by: 3)] }
    checkGradient("backwards", [5]) { $0.sliced(axis: 0, by: -2) }
    checkGradient("diagonal", [3, 2, 3]) { $0.diagonal(0, 2) }
    let index = Tensor([2, 0, 2] as [Int64])
    checkGradient("index select", [2, 3]) { $0.indexSelect(axis: 1, index) }
    let classes = Tensor([2, 2, 0, 1] as [Int64], shape: [2, 2])
    checkGradient("gather", [2, 3]) { $0.gather(axis: 1, classes) }
    for mode in [Tensor.PaddingMode.constant(3), .reflect, .replicate, .circular] {
      checkGradient("padded, \(mode)", [2, 3, 4]) {
        $0.padded(left: 2, right: 1, top: 1, bottom: 2, mode: mode)
      }
    }
    checkGradient("cropped", [4, 5]) { $0.padded(left: -1, right: 2, top: -2) }
    checkGradient("pixel shuffle", [1, 8, 2, 3]) { $0.pixelShuffled(2) }
    checkGradient("pixel unshuffle", [1, 2, 4, 6]) { $0.pixelUnshuffled(2) }
  }

  @Test("products")
  func products() {
    let b = numbers([2, 1, 4, 3])
    checkGradient("batches, left", [3, 2, 4]) { $0.matmul(b) }
    checkGradient("batches, right", [2, 1, 3, 4]) { numbers([5, 2, 3]).matmul($0) }
    checkGradient("one matrix for all", [3, 2]) { numbers([2, 4, 3]).matmul($0) }
    checkGradient("vectors", [4]) { $0.matmul(numbers([4])) }
    checkGradient("a vector and batches", [3]) { $0.matmul(numbers([2, 3, 4])) }
    checkGradient("einsum of three", [2, 3]) {
      Tensor.einsum("ij,jk,ik->k", $0, numbers([3, 4]), numbers([2, 4]))
    }
    checkGradient("einsum, diagonal", [3, 3]) { Tensor.einsum("ii,ij->j", $0, numbers([3, 4])) }
    checkGradient("einsum, broadcast", [2, 1, 3]) {
      Tensor.einsum("...i,...i->...", $0, numbers([4, 3]))
    }
  }

  @Test("losses")
  func losses() {
    let classes = Tensor([2, 0, 1, -100] as [Int64])
    let weights = numbers([3], shift: 2)
    checkGradient("cross entropy", [4, 3]) {
      $0.crossEntropy(classes, weights: weights, labelSmoothing: 0.2)
    }
    let chosen = Tensor([2, 0, 1, 1] as [Int64])
    checkGradient("label smoothing", [4, 3]) {
      $0.labelSmoothingCrossEntropy(chosen, weights: weights)
    }
    let soft = numbers([4, 3]).softmax()
    checkGradient("probabilities", [4, 3]) {
      $0.crossEntropy(soft, weights: weights, labelSmoothing: 0.1, reduction: .none)
    }
    let pixels = Tensor([0, 1, 1, 0, 1, 0] as [Int64], shape: [1, 2, 3])
    checkGradient("pixels", [1, 2, 2, 3]) { $0.crossEntropy(pixels, reduction: .sum) }
    checkGradient("focal", [4, 3]) { $0.focalLoss(chosen, gamma: 1.5, weights: weights) }
    let targets = numbers([2, 3]).sigmoid()
    checkGradient("binary cross entropy", [2, 3]) {
      ($0 * 4).binaryCrossEntropyWithLogits(targets, weights: weights, positiveWeights: weights)
    }
    let far = numbers([2, 3], shift: 3)
    checkGradient("mse", [2, 3]) { $0.mseLoss(far) }
    checkGradient("l1", [2, 3]) { $0.l1Loss(far, reduction: .sum) }
    checkGradient("smooth l1", [2, 3]) { $0.smoothL1Loss(far, beta: 3) }
    checkGradient("mse, targets", [2, 3]) { far.mseLoss($0, reduction: .none) }
  }

  @Test("resampling")
  func resampling() {
    for (aligned, antialias) in [(false, false), (true, false), (false, true)] {
      checkGradient("resized", [1, 2, 5, 4]) {
        $0.resized(to: Extent(3, 7), alignCorners: aligned, antialias: antialias)
      }
    }
    checkGradient("nearest", [1, 2, 5, 4]) { $0.resized(to: Extent(3, 7), mode: .nearest) }
    let grid = numbers([2, 3, 3, 2]) * 1.4
    for padding in [Tensor.GridSamplePadding.zeros, .border, .reflection] {
      checkGradient("grid sample, \(padding)", [2, 2, 4, 5]) {
        $0.gridSample(grid, padding: padding)
      }
    }
    // Coordinates within one cell between pixels, so that a step does not leave it.
    let image = numbers([2, 3, 2, 2])
    checkGradient("coordinates", [2, 2, 3, 2]) { image.gridSample($0, alignCorners: true) }
    checkGradient("affine map", [1, 2, 3]) { Tensor.affineGrid($0, size: Extent(3, 2)) }
  }
}

import Tensors
import TestSupport
import Testing

/// Compares the tape's gradient of `Σ weight · f(x)` with central differences.
func checkGradient(
  _ name: String, _ shape: [Int], step: Float = 1e-2, tolerance: Double = 2e-2, shift: Double = 0,
  sourceLocation: SourceLocation = #_sourceLocation, _ f: (Tensor) -> Tensor
) {
  var random = RandomSource(seed: 3, UInt64(shape.reduce(1, *)))
  let values = (0..<shape.reduce(1, *)).map { _ in Float(random.uniform(-1, 1) + shift) }
  let tape = Tape()
  let x = tape.watch(Tensor(values, shape: shape))
  let y = f(x)
  let weights = (0..<y.count).map { _ in Float(random.uniform(-1, 1)) }
  let w = Tensor(weights, shape: y.shape)
  let gradient = tape.gradients(of: (y * w).sum(), withRespectTo: [x])[0].floatScalars
  func value(_ values: [Float]) -> Double {
    zip(f(Tensor(values, shape: shape)).floatScalars, weights).reduce(0) {
      $0 + Double($1.0) * Double($1.1)
    }
  }
  let differences = values.indices.map { i -> Double in
    var (up, down) = (values, values)
    up[i] += step
    down[i] -= step
    return (value(up) - value(down)) / (Double(up[i]) - Double(down[i]))
  }
  let scale = differences.map(abs).max() ?? 1
  expectClose(
    gradient.map(Double.init), differences, absolute: tolerance * max(scale, 1e-3), name,
    sourceLocation: sourceLocation)
}

@Suite("Gradients match central differences")
struct FiniteDifferenceTests {
  private func filters(_ shape: [Int]) -> Tensor {
    var random = RandomSource(seed: 5)
    return Tensor((0..<shape.reduce(1, *)).map { _ in Float(random.uniform(-1, 1)) }, shape: shape)
  }

  @Test("smooth operations", arguments: [[1, 1], [3, 5], [2, 7]])
  func smooth(shape: [Int]) {
    checkGradient("exp", shape) { $0.exp() }
    checkGradient("log", shape, shift: 2) { $0.log() }
    checkGradient("square root", shape, shift: 2) { $0.squareRoot() }
    checkGradient("sigmoid", shape) { $0.sigmoid() }
    checkGradient("tanh", shape) { $0.tanh() }
    checkGradient("squared", shape) { $0.squared() }
    checkGradient("quotient", shape, shift: 3) { (1 / $0) * ($0 + 2) }
    checkGradient("softmax", shape) { $0.softmax() }
    checkGradient("log-softmax", shape) { $0.logSoftmax() }
    checkGradient("mean of rows", shape) { $0.mean(axes: [1]) }
    checkGradient("index", shape) { $0[0] * $0[0] }
  }

  @Test(
    "convolutions: odd sizes, non-square, stride larger than the kernel",
    arguments: [[1, 1, 3, 3], [2, 3, 5, 7], [1, 17, 4, 6]])
  func convolution(shape: [Int]) {
    checkGradient("3x3", shape) {
      $0.conv2d(filters([5, shape[1], 3, 3]), geometry: .init(padding: 1))
    }
    checkGradient("1x1 stride 3", shape) {
      $0.conv2d(filters([2, shape[1], 1, 1]), geometry: .init(stride: 3))
    }
    checkGradient("filters", [4, shape[1], 2, 3]) { w in
      filters(shape).conv2d(w, geometry: .init(stride: Extent(2, 1), padding: 1))
    }
  }

  @Test(
    "batch norm, also with ReLU in the same pass",
    arguments: [[4, 3], [2, 5, 3, 4], [3, 17, 2, 2]])
  func batchNorm(shape: [Int]) {
    let scale = filters([shape[1]]) + 2
    let shift = filters([shape[1]])
    checkGradient("batch norm", shape, step: 5e-3) {
      $0.batchNorm(scale: scale, shift: shift).output
    }
    checkGradient("given statistics", shape) {
      $0.batchNorm(scale: scale, shift: shift, statistics: (shift, scale)).output
    }
    checkGradient("scale", [shape[1]]) { filters(shape).batchNorm(scale: $0, shift: shift).output }
  }

  @Test("pooling")
  func pooling() {
    checkGradient("means", [2, 3, 5, 7]) {
      $0.avgPool2d(PoolingGeometry(kernelSize: 3, stride: 2, padding: 1))
    }
    checkGradient("adaptive", [1, 2, 5, 3]) { $0.adaptiveAvgPool2d(Extent(2, 2)) }
    checkGradient("global", [2, 17, 3, 4]) { $0.adaptiveAvgPool2d() }
  }

  @Test(
    "blur pooling and concatenation: odd sizes, non-square, padded channels",
    arguments: [[1, 1, 2, 2], [2, 3, 5, 7], [1, 17, 4, 6]])
  func blurAndConcatenation(shape: [Int]) {
    checkGradient("blur", shape) { $0.blurPool2d() }
    checkGradient("blur, stride 1", shape) { $0.blurPool2d(filterSize: 2, stride: 1) }
    let parts = filters([16, shape[1], 1, 1])
    checkGradient("concatenated", shape) { x in
      let y = x.conv2d(parts)
      return Tensor.concatenated([y, x, y * y], axis: 1)
    }
  }

  @Test("blocked layouts with padded channels: conv, norm, ReLU, residual sum, pooling, linear")
  func chain() {
    let w1 = filters([17, 3, 3, 3])
    let w2 = filters([17, 17, 3, 3]) * 0.3
    let head = filters([2, 17])
    let scale = Tensor.ones([17])
    let shift = filters([17])
    checkGradient("chain", [2, 3, 6, 5], step: 2e-3, tolerance: 5e-2) { x in
      let a = x.conv2d(w1, geometry: .init(padding: 1))
      let b = a.batchNorm(scale: scale, shift: shift).output.tanh()
      let c = b.conv2d(w2, geometry: .init(padding: 1))
      let d = (c + b) * 0.5 - c * b
      return d.adaptiveAvgPool2d().flattened().linear(head)
    }
  }
}

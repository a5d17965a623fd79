import Tensors
import TestSupport
import Testing

/// Compares an operation in bfloat16 with float32, values and gradients.
///
/// The inputs are exact in bfloat16, so only the rounding of the operation itself differs.
private func compare(
  _ name: String, _ shapes: [[Int]], filters: [[Int]] = [],
  _ operation: ([Tensor], [Tensor]) -> Tensor
) throws {
  var random = RandomSource(seed: 4, UInt64(shapes.joined().reduce(1, *)))
  func exact(_ shape: [Int]) -> Tensor {
    Tensor(
      (0..<shape.reduce(1, *)).map { _ in
        Float(bitPattern: Float(random.normal()).bitPattern & 0xFFFF_0000)
      }, shape: shape)
  }
  let (images, weights) = (shapes.map(exact), filters.map(exact))
  var upstream: Tensor?
  func run(_ precision: Compute.Precision) throws -> (y: Tensor, gradients: [Tensor]) {
    try Compute.use(precision)
    let tape = Tape()
    let (x, w) = (images.map(tape.watch), weights.map(tape.watch))
    let mixed = precision == .bfloat16 ? x.map { $0.converted(to: .bfloat16) } : x
    let y = operation(mixed, w)
    #expect(y.dtype == (precision == .bfloat16 ? .bfloat16 : .float32), "\(name)")
    let seed = upstream ?? exact(y.shape)
    upstream = seed
    let gradients = tape.gradients(
      of: y, withRespectTo: mixed + w, seed: seed.converted(to: y.dtype))
    for (gradient, tensor) in zip(gradients, mixed + w) {
      #expect(gradient.dtype == tensor.dtype && gradient.shape == tensor.shape, "\(name)")
    }
    return (y.converted(to: .float32), gradients.map { $0.converted(to: .float32) })
  }
  let (expected, actual) = (try run(.float32), try run(.bfloat16))
  let output = relativeDifference(actual.y.floatScalars, expected.y.floatScalars)
  #expect(output < 1e-2, "\(name): \(output)")
  for (number, pair) in zip(actual.gradients, expected.gradients).enumerated() {
    let found = relativeDifference(pair.0.floatScalars, pair.1.floatScalars)
    #expect(found < 1e-2, "\(name), gradient \(number): \(found)")
  }
}

// The precision is process-wide, so each test runs in its own process.
@Suite(
  "Operations in bfloat16 are close to float32, values and gradients",
  .enabled(if: Compute.supportsBFloat16, "bfloat16 needs AVX-512"))
struct BFloat16Tests {
  @Test("convolutions: stem, 3x3, 1x1 with stride, groups; with and without bias")
  func convolutions() async {
    await #expect(processExitsWith: .success) {
      for (image, filters, geometry) in [
        ([2, 3, 20, 22], [16, 3, 7, 7], ConvolutionGeometry(stride: 2, padding: 3)),
        ([2, 16, 9, 8], [32, 16, 3, 3], ConvolutionGeometry(padding: 1)),
        ([2, 17, 9, 8], [5, 17, 1, 1], ConvolutionGeometry(stride: 2)),
        ([2, 32, 9, 8], [48, 32, 1, 1], ConvolutionGeometry()),
        ([2, 32, 9, 8], [16, 32, 1, 1], ConvolutionGeometry(stride: Extent(2, 3))),
        ([2, 32, 8, 10], [64, 32, 1, 1], ConvolutionGeometry(stride: 3)),
        ([2, 32, 9, 8], [48, 32, 1, 1], ConvolutionGeometry(padding: 1)),
        ([2, 32, 9, 8], [48, 32, 3, 3], ConvolutionGeometry(stride: 2, padding: 1)),
        ([2, 16, 9, 8], [16, 4, 3, 3], ConvolutionGeometry(padding: 1, groups: 4)),
      ] {
        try compare("convolution of \(image) with \(filters)", [image], filters: [filters]) {
          $0[0].conv2d($1[0], geometry: geometry)
        }
        try compare(
          "convolution of \(image) with \(filters) and bias", [image],
          filters: [filters, [filters[0]]]
        ) { $0[0].conv2d($1[0], bias: $1[1], geometry: geometry) }
      }
    }
  }

  @Test("batch norm, with ReLU and without")
  func batchNorm() async {
    await #expect(processExitsWith: .success) {
      for shape in [[4, 16, 6, 5], [2, 17, 7, 3]] {
        for relu in [false, true] {
          try compare(
            "batch norm of \(shape), ReLU \(relu)", [shape], filters: [[shape[1]], [shape[1]]]
          ) { $0[0].batchNorm(scale: $1[0], shift: $1[1], relu: relu).output }
        }
      }
    }
  }

  @Test("max pooling, average pooling, blur pooling")
  func pooling() async {
    await #expect(processExitsWith: .success) {
      for shape in [[2, 16, 9, 8], [1, 17, 7, 7]] {
        try compare("max pooling of \(shape)", [shape]) { x, _ in
          x[0].maxPool2d(PoolingGeometry(kernelSize: 3, stride: 2, padding: 1))
        }
        try compare("average pooling of \(shape)", [shape]) { x, _ in
          x[0].avgPool2d(PoolingGeometry(kernelSize: 2))
        }
        try compare("blur pooling of \(shape)", [shape]) { x, _ in x[0].blurPool2d() }
      }
    }
  }

  @Test("sums with and without ReLU, ReLU, concatenation")
  func sums() async {
    await #expect(processExitsWith: .success) {
      for shape in [[2, 16, 5, 4], [1, 17, 3, 3]] {
        try compare("sum", [shape, shape]) { x, _ in x[0] + x[1] }
        try compare("sum and ReLU", [shape, shape]) { x, _ in Tensor.addReLU(x[0], x[1]) }
        try compare("ReLU", [shape]) { x, _ in x[0].relu() }
        try compare("concatenated", [shape, shape, shape]) { x, _ in Tensor.concatenated(x, axis: 1)
        }
        try compare("a tensor used twice", [shape]) { x, _ in x[0].relu() + x[0] }
      }
    }
  }

  @Test("conversion rounds to nearest, ties to even; the gradient has the type of the input")
  func conversion() {
    // bfloat16 has 8 bits of significand, so 1 + 2^-8 and 1 + 3 * 2^-8 are ties. Subnormal numbers are
    // flushed to 0, as by the processor.
    let x = Tensor([1, 1 + 0x1p-8, 1 + 0x1.8p-8, 1 + 0x1.8p-7, -0x1p-130, 3e38] as [Float])
    let tape = Tape()
    let watched = tape.watch(x)
    let y = watched.converted(to: .bfloat16)
    #expect(y.dtype == .bfloat16 && y.needsGradient)
    let expected: [Float] = [1, 1, 1 + 0x1p-7, 1 + 0x1p-6, 0, 0x1.c4p127]
    #expect(y.converted(to: .float32).floatScalars == expected)
    let gradient = tape.gradients(
      of: y, withRespectTo: [watched], seed: Tensor.ones([6]).converted(to: .bfloat16))[0]
    #expect(gradient.dtype == .float32 && gradient.floatScalars == [1, 1, 1, 1, 1, 1])
  }
}

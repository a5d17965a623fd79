import Tensors
import TestSupport
import Testing

@Suite("Operations on channel blocks")
struct ChannelBlockTests {
  private func numbers(_ shape: [Int], seed: UInt64 = 9) -> Tensor {
    var random = RandomSource(seed: seed)
    return Tensor((0..<shape.reduce(1, *)).map { _ in Float(random.uniform(-1, 1)) }, shape: shape)
  }

  /// The same values in the layout of a convolution's output.
  private func asConvolved(_ x: Tensor) -> Tensor {
    let c = x.shape[1]
    var identity = [Float](repeating: 0, count: c * c)
    for i in 0..<c { identity[i * c + i] = 1 }
    return x.conv2d(Tensor(identity, shape: [c, c, 1, 1]))
  }

  private func gradients(_ inputs: [Tensor], _ f: ([Tensor]) -> Tensor) -> [Tensor] {
    let tape = Tape()
    let watched = inputs.map { tape.watch($0) }
    let y = f(watched)
    return tape.gradients(
      of: y, withRespectTo: watched, seed: numbers(y.shape, seed: 4).reordered(as: y))
  }

  @Test(
    "blur pooling keeps the layout and matches row-major memory",
    arguments: [[2, 32, 9, 12], [1, 17, 5, 4], [3, 16, 2, 3]])
  func blur(shape: [Int]) {
    let plain = numbers(shape)
    let blocked = asConvolved(plain)
    #expect(blocked.layout != nil)
    for (taps, stride) in [(3, 2), (3, 1), (2, 2), (4, 1)] {
      let f = { (x: [Tensor]) in x[0].blurPool2d(filterSize: taps, stride: stride) }
      let (y, z) = (f([plain]), f([blocked]))
      #expect(z.layout?.description.contains("blocked") == true)
      expectClose(z.floatScalars, y.floatScalars, absolute: 1e-6, "\(taps) by \(stride)")
      let (dy, dz) = (gradients([plain], f)[0], gradients([blocked], f)[0])
      #expect(dz.layout == blocked.layout)
      expectClose(dz.floatScalars, dy.floatScalars, absolute: 1e-6, "\(taps) by \(stride)")
    }
  }

  @Test("blur pooling and its gradient are adjoint for large images on several threads")
  func adjoint() {
    let x = asConvolved(numbers([4, 64, 61, 58]))
    let tape = Tape()
    let watched = tape.watch(x)
    let y = watched.blurPool2d()
    let w = numbers(y.shape, seed: 2)
    let dx = tape.gradients(of: y, withRespectTo: [watched], seed: w)[0]
    func product(_ a: Tensor, _ b: Tensor) -> Double {
      zip(a.floatScalars, b.floatScalars).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    expectClose([product(y, w)], [product(x, dx)], relative: 1e-5)
    // A constant image stays constant, including its borders.
    let flat = Tensor(repeating: 3, shape: [1, 16, 7, 5]).blurPool2d()
    expectClose(flat.floatScalars, [Float](repeating: 3, count: 16 * 4 * 3), absolute: 1e-6)
  }

  @Test(
    "scalingChannels matches broadcasting in any layout",
    arguments: [[2, 32, 5, 4], [3, 17, 3, 3], [1, 16, 1, 1]])
  func channelScale(shape: [Int]) throws {
    let plain = numbers(shape)
    let blocked = asConvolved(plain)
    let factors = numbers([shape[0], shape[1], 1, 1], seed: 3)
    let f = { (x: [Tensor]) in x[0].scalingChannels(by: x[1]) }
    let y = plain * factors
    let wanted = gradients([plain, factors]) { $0[0] * $0[1] }
    for images in [plain, blocked] {
      let z = f([images, factors])
      #expect(z.layout == images.layout)
      expectClose(z.floatScalars, y.floatScalars, absolute: 1e-6)
      let found = gradients([images, factors], f)
      for (a, b) in zip(found, wanted) {
        #expect(a.shape == b.shape)
        expectClose(a.floatScalars, b.floatScalars, absolute: 1e-5)
      }
      let short = f([images.converted(to: .bfloat16), factors])
      #expect(short.dtype == .bfloat16)
      expectClose(
        short.converted(to: .float32).floatScalars, y.floatScalars, absolute: 0.01, relative: 0.01)
    }
  }

  @Test("factors of another shape trap")
  func channelScaleRefused() async {
    await #expect(processExitsWith: .failure) {
      _ = Tensor.ones([2, 3, 4, 4]).scalingChannels(by: Tensor.ones([2, 4, 1, 1]))
    }
    await #expect(processExitsWith: .failure) {
      _ = Tensor.ones([2, 3, 4, 4]).scalingChannels(by: Tensor.ones([1, 3, 1, 1]))
    }
  }

  @Test(
    "concatenation of whole blocks keeps the layout, also of gradients",
    arguments: [[32, 16], [16, 48, 32], [32, 7], [32, 3, 16], [5, 16]])
  func concatenation(channels: [Int]) {
    let plain = channels.enumerated().map { numbers([2, $1, 3, 5], seed: UInt64($0)) }
    let blocked = plain.map(asConvolved)
    let f = { (x: [Tensor]) in Tensor.concatenated(x, axis: 1) }
    let y = f(blocked)
    #expect(y.floatScalars == f(plain).floatScalars)
    let whole = channels.dropLast().allSatisfy { $0 % 16 == 0 }
    #expect((y.layout != nil) == whole)
    for (a, b) in zip(gradients(plain, f), gradients(blocked, f)) {
      #expect(a.floatScalars == b.floatScalars)
      #expect((b.layout != nil) == whole)
    }
  }

  @Test("concatenation of mixed layouts, along other axes, of empty parts")
  func mixtures() {
    let (a, b) = (numbers([2, 32, 2, 3]), numbers([2, 16, 2, 3], seed: 1))
    let y = Tensor.concatenated([a, asConvolved(b)], axis: 1)
    #expect(y.sliced(axis: 1, 0..<32).floatScalars == a.floatScalars)
    #expect(y.sliced(axis: 1, 32..<48).floatScalars == b.floatScalars)
    let rows = Tensor.concatenated([asConvolved(a), asConvolved(a)], axis: 2)
    #expect(rows.sliced(axis: 2, 2..<4).floatScalars == a.floatScalars)
    let empty = Tensor(([] as [Float]), shape: [2, 0, 2, 3])
    #expect(Tensor.concatenated([empty, b, empty], axis: 1).floatScalars == b.floatScalars)
  }

  @Test("invalid arguments trap")
  func mistakes() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([1, 1, 1, 4]).blurPool2d() }
    await #expect(processExitsWith: .failure) {
      _ = Tensor.zeros([1, 1, 8, 8]).blurPool2d(filterSize: 9)
    }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([4, 4]).blurPool2d() }
    await #expect(processExitsWith: .failure) {
      _ = Tensor.concatenated(
        [Tensor.zeros([1, 16, 2, 2]), Tensor.zeros([1, 16, 2, 3])], axis: 1)
    }
  }
}

extension Tensor {
  /// The same values in the layout of another tensor.
  fileprivate func reordered(as other: Tensor) -> Tensor {
    other.layout.map { reordered(to: $0) } ?? self
  }
}

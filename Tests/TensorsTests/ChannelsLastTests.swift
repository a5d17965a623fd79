import Tensors
import TestSupport
import Testing

@Suite("Operations on channels-last images match row-major images")
struct ChannelsLastTests {
  private func numbers(_ shape: [Int], seed: UInt64, around center: Double = 0) -> Tensor {
    var random = RandomSource(seed: seed)
    let values = (0..<shape.reduce(1, *)).map { _ in Float(random.uniform(-1, 1) + center) }
    return Tensor(values, shape: shape)
  }

  private func channelsLast(_ x: Tensor) -> Tensor { x.inChannelBlocks(of: x.shape[1]) }

  /// Compares outputs and gradients of an operation on row-major and on channels-last images.
  private func compare(
    _ name: String, _ images: [Tensor], _ others: [Tensor] = [], type: DType = .float32,
    tolerance: Double, _ operation: ([Tensor], [Tensor]) -> Tensor
  ) {
    let images = images.map { $0.converted(to: type) }
    func run(_ order: (Tensor) -> Tensor) -> (y: Tensor, gradients: [Tensor]) {
      let tape = Tape()
      let (x, w) = (images.map { tape.watch(order($0)) }, others.map { tape.watch($0) })
      let y = operation(x, w)
      let seed = numbers(y.shape, seed: 3).converted(to: y.dtype)
      return (y, tape.gradients(of: y, withRespectTo: x + w, seed: order(seed)))
    }
    let (plain, last) = (run { $0 }, run(channelsLast))
    #expect(last.y.layout == channelsLast(plain.y).layout, "\(name): the layout is not kept")
    for (gradient, image) in zip(last.gradients, images) {
      #expect(gradient.layout == channelsLast(image).layout, "\(name): the layout is not kept")
    }
    for (number, pair) in zip([last.y] + last.gradients, [plain.y] + plain.gradients).enumerated() {
      expectClose(
        pair.0.converted(to: .float32).floatScalars, pair.1.converted(to: .float32).floatScalars,
        absolute: tolerance, relative: tolerance, "\(name), \(number)")
    }
  }

  @Test(
    "batch norm, with addend and with ReLU",
    arguments: [[2, 32, 9, 7], [3, 80, 1, 1], [1, 1040, 3, 5], [4, 48, 40, 41]])
  func batchNorm(shape: [Int]) {
    let (x, other) = (numbers(shape, seed: 1, around: 2), numbers(shape, seed: 2))
    let weights = [
      numbers([shape[1]], seed: 4, around: 1.5), numbers([shape[1]], seed: 5),
    ]
    // A bfloat16 result may differ by one unit in the last place, relative 2^-8.
    for (type, tolerance) in [(DType.float32, 2e-5), (.bfloat16, 8e-3)] {
      for relu in [false, true] {
        compare("ReLU \(relu)", [x], weights, type: type, tolerance: tolerance) {
          $0[0].batchNorm(scale: $1[0], shift: $1[1], relu: relu).output
        }
        compare("sum, ReLU \(relu)", [x, other], weights, type: type, tolerance: tolerance) {
          $0[0].batchNorm(scale: $1[0], shift: $1[1], adding: $0[1], relu: relu).output
        }
      }
    }
  }

  @Test("batch statistics with a large mean, and given statistics")
  func statistics() {
    let x = numbers([2, 32, 20, 20], seed: 1, around: 1000)
    let one = Tensor(repeating: 1, shape: [32])
    let (plain, last) = (
      x.batchNorm(scale: one, shift: one), channelsLast(x).batchNorm(scale: one, shift: one)
    )
    expectClose(last.mean.floatScalars, plain.mean.floatScalars, relative: 1e-7)
    expectClose(last.variance.floatScalars, plain.variance.floatScalars, relative: 1e-6)
    compare("given", [x], [one, one], tolerance: 1e-5) {
      $0[0].batchNorm(scale: $1[0], shift: $1[1], statistics: (plain.mean, plain.variance)).output
    }
  }

  @Test("batch norm is bitwise equal for any number of threads")
  func threads() async {
    await #expect(processExitsWith: .success) {
      let suite = ChannelsLastTests()
      let x = suite.channelsLast(suite.numbers([4, 64, 30, 30], seed: 1))
      func run() -> [[Float]] {
        let tape = Tape()
        let (watched, scale) = (tape.watch(x), tape.watch(Tensor(repeating: 2, shape: [64])))
        let y = watched.batchNorm(scale: scale, shift: Tensor.zeros([64]), relu: true).output
        let found = tape.gradients(
          of: y, withRespectTo: [watched, scale], seed: suite.numbers(y.shape, seed: 2))
        return ([y] + found).map(\.floatScalars)
      }
      Compute.threads = 1
      let one = run()
      for threads in [2, 3, 7] {
        Compute.threads = threads
        precondition(run() == one, "\(threads) threads give a different result")
      }
    }
  }

  @Test("concatenation", arguments: [[32, 48], [64, 5, 17], [20, 32]])
  func concatenation(channels: [Int]) {
    let images = channels.enumerated().map { numbers([2, $1, 5, 3], seed: UInt64($0)) }
    for type in [DType.float32, .bfloat16] {
      compare("\(channels)", images, type: type, tolerance: 0) { x, _ in
        Tensor.concatenated(x, axis: 1)
      }
    }
  }

  @Test(
    "max pooling of channel blocks and channels-last images",
    arguments: [
      PoolingGeometry(kernelSize: 3, stride: 2, padding: 1), PoolingGeometry(kernelSize: 2),
      PoolingGeometry(kernelSize: 3, stride: 2, ceilMode: true),
      PoolingGeometry(kernelSize: Extent(2, 5), stride: Extent(3, 1), padding: Extent(1, 2)),
      PoolingGeometry(kernelSize: 3, stride: 1, padding: 1),
      PoolingGeometry(kernelSize: Extent(9, 8)),
    ])
  func maxima(geometry: PoolingGeometry) {
    // Integers, so that many windows have ties.
    var random = RandomSource(seed: 6)
    let values = (0..<(2 * 32 * 9 * 8)).map { _ in Float(Int(random.uniform(-3, 3))) }
    let x = Tensor(values, shape: [2, 32, 9, 8])
    for type in [DType.float32, .bfloat16] {
      compare("last", [x], type: type, tolerance: type == .float32 ? 1e-6 : 8e-3) { x, _ in
        x[0].maxPool2d(geometry)
      }
    }
    let blocked = x.inChannelBlocks(of: 16)
    #expect(blocked.maxPool2d(geometry).floatScalars == x.maxPool2d(geometry).floatScalars)
    #expect(blocked.maxPool2d(geometry).layout?.description.contains("blocked") == true)
    let hole = Tensor(
      values.enumerated().map { $0.offset % 97 == 0 ? .nan : $0.element }, shape: x.shape)
    let (found, plain) = (
      channelsLast(hole).maxPool2d(geometry).floatScalars.filter(\.isNaN).count,
      hole.inChannelBlocks(of: 16).maxPool2d(geometry).floatScalars.filter(\.isNaN).count
    )
    #expect(found == plain && found > 0)
  }

  @Test("blur pooling, sums")
  func windows() {
    let (x, other) = (numbers([2, 32, 9, 8], seed: 1), numbers([2, 32, 9, 8], seed: 2))
    compare("blur", [x], tolerance: 1e-6) { x, _ in x[0].blurPool2d() }
    compare("sum", [x, other], tolerance: 0) { x, _ in x[0] + x[1] }
    compare("sum and ReLU", [x, other], tolerance: 0) { x, _ in Tensor.addReLU(x[0], x[1]) }
  }

  @Test("ReLU propagates NaN of either sign, in both types")
  func notANumber() {
    for type in [DType.float32, .bfloat16] {
      let x = Tensor([Float.nan, -Float.nan, -1, 2, -.infinity], shape: [5]).converted(to: type)
      let zero = Tensor.zeros([5]).converted(to: type)
      for y in [x.relu(), Tensor.addReLU(x, zero), Tensor.addReLU(zero, x)] {
        let found = y.converted(to: .float32).floatScalars
        #expect(found[0].isNaN && found[1].isNaN && found[2...] == [0, 2, 0], "\(type): \(found)")
      }
    }
  }
}

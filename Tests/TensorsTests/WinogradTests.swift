import Tensors
import TestSupport
import Testing

/// The difference between Winograd and direct convolution for layers of a ResNet.
@Suite(
  "Winograd is close to direct convolution",
  .enabled(
    if: Compute.supports(instructionSet: "AVX512_CORE"), "oneDNN has Winograd with AVX-512 only"))
struct WinogradTests {
  // The algorithm is process-wide, so the test runs in its own process.
  @Test("output and gradients within relative RMS 3e-6 of direct convolution")
  func layers() async {
    await #expect(processExitsWith: .success) {
      for (batch, channels, size) in [(16, 64, 56), (16, 128, 28), (16, 256, 14), (16, 512, 7)] {
        var random = RandomSource(seed: 7)
        func normal(_ shape: [Int], _ scale: Float) -> Tensor {
          let count = shape.reduce(1, *)
          return Tensor((0..<count).map { _ in Float(random.normal()) * scale }, shape: shape)
        }
        // Inputs after ReLU, and filters with He initialization.
        let x = normal([batch, channels, size, size], 1).relu()
        let w = normal([channels, channels, 3, 3], (2 / Float(channels * 9)).squareRoot())
        let dy = normal([batch, channels, size, size], 1)
        func run() -> [Tensor] {
          let tape = Tape()
          let (x, w) = (tape.watch(x), tape.watch(w))
          let y = x.conv2d(w, geometry: ConvolutionGeometry(padding: 1))
          return [y.detached] + tape.gradients(of: y, withRespectTo: [x, w], seed: dy)
        }
        Compute.convolution = .fastest
        let fast = run()
        Compute.convolution = .direct
        for (name, pair) in zip(["y", "dx", "dw"], zip(fast, run())) {
          let (a, b) = (pair.0.floatScalars, pair.1.floatScalars)
          #expect(a.count == b.count && a.allSatisfy(\.isFinite))
          let difference = zip(a, b).reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
          let size = b.reduce(0) { $0 + Double($1) * Double($1) }
          let relative = (difference / size).squareRoot()
          #expect(relative < 3e-6, "\(name) of \(channels) channels: \(relative)")
          #expect(relative > 0, "\(name) of \(channels) channels: both were direct")
        }
      }
    }
  }
}

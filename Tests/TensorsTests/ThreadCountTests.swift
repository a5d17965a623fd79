import Foundation
import Synchronization
import TestSupport
import Tensors
import Testing

/// The number of threads is process-wide, so each test runs in its own process.
@Suite("The number of threads")
struct ThreadCountTests {
  @Test("applies to all threads, including those started before")
  func allThreads() async {
    await #expect(processExitsWith: .success) {
      let go = DispatchSemaphore(value: 0)
      let done = DispatchSemaphore(value: 0)
      let seen = Mutex([Int]())
      let before = Thread {
        _ = Compute.threads
        done.signal()
        go.wait()
        seen.withLock { $0.append(Compute.threads) }
        done.signal()
      }
      before.start()
      done.wait()
      Compute.threads = 3
      go.signal()
      done.wait()
      Thread {
        seen.withLock { $0.append(Compute.threads) }; done.signal()
      }.start()
      done.wait()
      #expect(seen.withLock { $0 } == [3, 3])
      #expect(Compute.threads == 3)
    }
  }

  @Test("batch norm is bitwise equal with one thread and with three")
  func batchNorm() async {
    await #expect(processExitsWith: .success) {
      var random = RandomSource(seed: 11)
      let shape = [6, 40, 9, 11]
      func normal(_ offset: Float) -> Tensor {
        Tensor(
          (0..<shape.reduce(1, *)).map { _ in Float(random.normal()) + offset }, shape: shape)
      }
      let (x, residual, dy) = (normal(-3), normal(0), normal(0))
      let (scale, shift) = (Tensor.ones([40]) * 1.5, Tensor.ones([40]) * 0.25)
      func run(_ threads: Int) -> [[Float]] {
        Compute.threads = threads
        let tape = Tape()
        let inputs = [x, scale, shift, residual].map { tape.watch($0) }
        let result = inputs[0].batchNorm(
          scale: inputs[1], shift: inputs[2], adding: inputs[3], relu: true)
        let gradients = tape.gradients(of: result.output, withRespectTo: inputs, seed: dy)
        return ([result.output.detached, result.mean, result.variance] + gradients)
          .map(\.floatScalars)
      }
      let one = run(1)
      #expect(one.count == 7 && one.allSatisfy { $0.allSatisfy(\.isFinite) })
      #expect(one == run(3))
    }
  }

  @Test("batch norm with fused addend and ReLU matches the separate operations")
  func fused() {
    var random = RandomSource(seed: 12)
    for shape in [[3, 20, 5, 7], [4, 6, 1, 1], [2, 32, 8, 8]] {
      func normal(_ shape: [Int], _ offset: Float) -> Tensor {
        Tensor((0..<shape.reduce(1, *)).map { _ in Float(random.normal()) + offset }, shape: shape)
      }
      let values = [
        normal(shape, 40), normal([shape[1]], 1), normal([shape[1]], 0), normal(shape, 0),
      ]
      let dy = normal(shape, 0)
      func run(_ body: ([Tensor]) -> Tensor) -> [Tensor] {
        let tape = Tape()
        let inputs = values.map { tape.watch($0) }
        let y = body(inputs)
        return [y.detached] + tape.gradients(of: y, withRespectTo: inputs, seed: dy)
      }
      let fused = run {
        $0[0].batchNorm(scale: $0[1], shift: $0[2], adding: $0[3], relu: true).output
      }
      let single = run { ($0[0].batchNorm(scale: $0[1], shift: $0[2]).output + $0[3]).relu() }
      for (a, b) in zip(fused, single) {
        expectClose(a.floatScalars, b.floatScalars, absolute: 2e-5, relative: 1e-5, "\(shape)")
      }
    }
  }
}

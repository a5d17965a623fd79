import Benchmarking
import Layers
import Tensors
import TestSupport
import Testing

@Suite("Benchmarks of steps", .serialized)
struct BenchmarkingTests {
  private static func workload(_ mode: Workload.Mode) -> Workload {
    let model = Sequential(
      Conv2D(3, 4, kernelSize: 3, padding: 1), BatchNorm(4), ReLU(),
      Conv2D(4, 4, kernelSize: 3, padding: 1), AdaptiveAvgPool2D(),
      Flatten(), Linear(4, 2))
    return Workload(model: model, classCount: 2, mode: mode, batchSize: 2, size: 8)
  }

  @Test("the median of an odd and an even number of values, and of no values")
  func medians() {
    #expect(median([3, 1, 2]) == 2)
    #expect(median([4, 1, 3, 2]) == 2.5)
    #expect(median([7]) == 7)
    #expect(median([]).isNaN)
  }

  @Test("a training step changes the parameters, an inference step does not")
  func steps() {
    for mode in Workload.Mode.allCases {
      let workload = Self.workload(mode)
      #expect(workload.model.isTraining == (mode == .train))
      func values() -> [[Float]] {
        workload.model.namedParameters.map { $0.parameter.value.floatScalars }
      }
      let before = values()
      workload.step()
      #expect((values() == before) == (mode == .infer))
    }
  }

  @Test(
    "a benchmark has one time per step, and counts the operations of its layers"
  )
  func benchmark() {
    let found = StepBenchmark(of: Self.workload(.infer), steps: 3)
    #expect(found.allSeconds.count == 3)
    #expect(found.allSeconds.allSatisfy { $0 > 0 })
    #expect(found.seconds == found.allSeconds.sorted()[1])
    // Two operations per multiply-add: 2 images, 4 channels of 8 x 8, filters of 3 x 3 x 3 and 4 x 3 x 3; 2 x 4 x 2.
    #expect(found.operations == Double(2 * (2 * 4 * 64 * 27 + 2 * 4 * 64 * 36 + 2 * 4 * 2)))
    #expect(found.gigaflops == found.operations / found.seconds * 1e-9)
    #expect(found.peakTensorBytes > 0 && found.peakResidentBytes > found.peakTensorBytes)
    #expect((0...1).contains(found.userShare))
  }

  @Test(
    "a profile by layer has the layers in the order of execution; by operation, it sums over layers"
  )
  func profile() async {
    // The profiler is process-wide, so other tests would add their operations.
    await #expect(processExitsWith: .success) {
      let layers = StepProfile(of: Self.workload(.train), rounds: 2)
      #expect(layers.lines.first?.pass == .forward)
      #expect(layers.lines.last?.pass == .optimizer)
      #expect(abs(layers.lines.reduce(0) { $0 + $1.share } - 1) < 1e-9)
      #expect(layers.slowest.map(\.milliseconds) == layers.lines.map(\.milliseconds).sorted(by: >))
      #expect(Set(layers.lines.map(\.layer)).isSuperset(of: ["0", "3", "6"]))
      let operations = StepProfile(of: Self.workload(.train), rounds: 2, byOperation: true)
      #expect(operations.lines.allSatisfy { $0.layer.isEmpty })
      #expect(operations.lines.count < layers.lines.count)
      #expect(
        Set(operations.lines.map(\.operation)) == Set(layers.lines.map(\.operation)))
    }
  }
}

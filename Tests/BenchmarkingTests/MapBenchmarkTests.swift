import Benchmarking
import Interpret
import Models
import TestSupport
import Testing

@Suite("Benchmarks of maps")
struct MapBenchmarkTests {
  @Test(
    "a benchmark has the times of each map and of each pass",
    arguments: ["grad-cam", "ablation-cam"])
  func times(method: String) throws {
    let found = try MapBenchmark(
      of: try Architecture.named("resnet18"), try MapMethods.named(method), layer: "layer4",
      options: .reference, size: 32, repetitions: 3, warmUp: 0)
    #expect(found.allSeconds.count == 3)
    #expect(found.forwardSeconds.count == 3)
    #expect(found.forwardBackwardSeconds.count == 3)
    #expect(found.seconds == found.allSeconds.sorted()[1])
    #expect(found.passSeconds == found.forwardBackwardSeconds.sorted()[1])
    #expect(found.allSeconds.allSatisfy { $0 > 0 })
    #expect(found.peakResidentBytes > 0)
  }

  @Test("a layer that is no stage is refused with the stages")
  func layer() throws {
    let error = #expect(throws: MapError.self) {
      _ = try MapBenchmark(
        of: try Architecture.named("resnet18"), GradCAM(), layer: "layer5", size: 32,
        repetitions: 1)
    }
    #expect("\(try #require(error))".contains("layer4"))
  }

  @Test("only methods that run the network on many variants of an image prepare filters for it")
  func perturbing() {
    #expect(
      MapMethods.all.filter(\.isPerturbing).map(\.name) == ["score-cam", "occlusion", "rise"])
  }
}

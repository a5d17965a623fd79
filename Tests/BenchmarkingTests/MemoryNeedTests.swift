import Benchmarking
import Layers
import Models
import Tensors
import Testing

@Suite("Memory that a step needs")
struct MemoryNeedTests {
  @Test(
    "the estimate is at most the measured peak, and most of it in training",
    arguments: ["resnet18", "resnet50", "densenet121", "resnetblur18"],
    [Workload.Mode.train, .infer])
  func estimate(name: String, mode: Workload.Mode) async {
    let kind = mode.rawValue
    await #expect(processExitsWith: .success) { [name = name as String, kind = kind as String] in
      let mode = try #require(Workload.Mode(rawValue: kind))
      let architecture = try Architecture.named(name)
      let model = architecture.makeModel()
      for (_, parameter) in model.namedParameters { parameter.initializer = .zeros }
      let (batch, size) = (8, 96)
      let need = MemoryNeed(of: model, input: [batch, 3, size, size], training: mode == .train)
      let found = StepBenchmark(
        of: Workload(model: model, classCount: 1000, mode: mode, batchSize: batch, size: size),
        steps: 1)
      let share = Double(need.total) / Double(found.peakTensorBytes)
      #expect(
        (mode == .train ? 0.5...1.1 : 0.2...1.1).contains(share), "\(name), \(mode): \(share)")
    }
  }

  @Test("recomputation needs less; larger batches, images and networks need more")
  func comparisons() throws {
    func need(_ name: String, _ input: [Int], recompute: Bool = false, training: Bool = true) throws
      -> MemoryNeed
    {
      let model = try Architecture.named(name).makeModel()
      model.recomputeBlocks(recompute)
      return MemoryNeed(of: model, input: input, training: training)
    }
    let plain = try need("resnet50", [8, 3, 224, 224])
    #expect(try need("resnet50", [8, 3, 224, 224], recompute: true).total < plain.total * 7 / 10)
    #expect(try need("resnet50", [16, 3, 224, 224]).activations == plain.activations * 2)
    #expect(try need("resnet50", [8, 3, 448, 448]).activations == plain.activations * 4)
    #expect(try need("resnet50", [8, 3, 224, 224], training: false).total < plain.total / 2)
    #expect(try need("resnet101", [8, 3, 224, 224]).weights > plain.weights)
    #expect(try need("resnet50", [1 << 60, 3, 224, 224]).total == .max)
  }

  @Test("too much is refused with what is needed, what is there, and the way out")
  func refusal() throws {
    let model = try Architecture.named("resnet18").makeModel()
    let need = MemoryNeed(of: model, input: [64, 3, 224, 224], training: true)
    try need.check(available: .max)
    let error = #expect(throws: InsufficientMemory.self) {
      try need.check(recompute: "use --recompute", available: 150 << 20)
    }
    let text = "\(try #require(error))"
    #expect(text.contains("a step needs at least"))
    #expect(text.contains("MiB are available"))
    #expect(text.contains("use a smaller batch size"))
    #expect(text.contains("--recompute"))
  }
}

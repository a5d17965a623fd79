import Layers
import Models
import Tensors
import TestSupport
import Testing

// The precision is the whole process's choice, so this has a process of its own.
@Suite("A training step in bfloat16 beside float32")
struct MixedPrecisionTests {
  @Test("ResNet-18 at 64 x 64: logits, loss, every gradient")
  func step() async {
    await #expect(processExitsWith: .success) {
      var random = RandomSource(seed: 2)
      let x = Tensor(
        (0..<(8 * 3 * 64 * 64)).map { _ in Float(random.normal()) }, shape: [8, 3, 64, 64])
      let targets = Tensor((0..<8).map { Int64($0 % 4) })
      func run(_ precision: Compute.Precision) throws -> (
        logits: [Float], loss: Float, gradients: [(String, [Float])], buffers: [Float]
      ) {
        try Compute.use(precision)
        let model = try Architecture.named("resnet18").makeModel(classes: 4)
        model.initialize(seed: 6)
        let logits = model(Tape().record(x))
        #expect(logits.dtype == .float32)
        let loss = logits.crossEntropy(targets)
        loss.backward()
        let gradients = try model.namedParameters.map { name, parameter in
          let gradient = try #require(parameter.gradient, "\(name)")
          #expect(gradient.dtype == .float32, "\(name)")
          #expect(parameter.value.dtype == .float32, "\(name)")
          return (name, gradient.floatScalars)
        }
        let buffers = model.namedBuffers.map(\.buffer.value).filter { $0.dtype == .float32 }
        return (logits.floatScalars, loss.item, gradients, buffers.flatMap(\.floatScalars))
      }
      let (single, mixed) = (try run(.float32), try run(.bfloat16))
      let logits = relativeDifference(mixed.logits, single.logits)
      #expect(logits < 0.03, "logits: \(logits)")
      #expect(abs(mixed.loss - single.loss) < 0.02 * single.loss)
      let buffers = relativeDifference(mixed.buffers, single.buffers)
      #expect(buffers < 0.01, "running statistics: \(buffers)")
      let all = relativeDifference(
        mixed.gradients.flatMap(\.1), single.gradients.flatMap(\.1))
      #expect(all < 0.15, "all gradients: \(all)")
      // A ReLU whose input is near 0 goes the other way, which moves all gradients behind it.
      for (a, b) in zip(mixed.gradients, single.gradients) {
        let found = relativeDifference(a.1, b.1)
        #expect(found < 0.3, "\(a.0): \(found)")
        print("gradient", a.0, found)
      }
      print("logits", logits, "buffers", buffers, "all", all)
    }
  }
}

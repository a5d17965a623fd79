import Layers
import Models
import Tensors
import TestSupport
import Testing

// The precision is a setting of the process, so every test runs in a separate process.
@Suite(
  "A training step in bfloat16 compared with float32",
  .enabled(if: Compute.supportsBFloat16, "bfloat16 needs AVX-512"))
struct MixedPrecisionTests {
  @Test("ResNet-18 at 64 x 64: logits, loss and all gradients")
  func resnet() async {
    await #expect(processExitsWith: .success) { try MixedPrecisionTests.step("resnet18") }
  }

  @Test("squeeze and excitation, deep stems, averaging and zero-padded shortcuts")
  func others() async {
    await #expect(processExitsWith: .success) {
      for name in ["seresnet18", "resnet18d", "xresnet18", "resnet20"] {
        try MixedPrecisionTests.step(name, logitsWithin: 0.08)
      }
    }
  }

  /// Deep stems and squeeze and excitation add roundings before the logits.
  private static func step(_ name: String, logitsWithin limit: Double = 0.03) throws {
    var random = RandomSource(seed: 2)
    let x = Tensor(
      (0..<(8 * 3 * 64 * 64)).map { _ in Float(random.normal()) }, shape: [8, 3, 64, 64])
    let targets = Tensor((0..<8).map { Int64($0 % 4) })
    func run(_ precision: Compute.Precision, roundingWeights: Bool = false) throws -> (
      logits: [Float], loss: Float, gradients: [(name: String, values: [Float])],
      buffers: [Float]
    ) {
      try Compute.use(precision)
      let model = try Architecture.named(name).makeModel(classCount: 4)
      model.initialize(seed: 6)
      // Blocks that are initially the identity would hide errors.
      for case let norm as BatchNorm in model.modules where norm.weight.initializer == .zeros {
        norm.weight.value = Tensor.ones(norm.weight.shape)
      }
      if roundingWeights {
        for parameter in model.parameters {
          parameter.value = parameter.value.converted(to: .bfloat16).converted(to: .float32)
        }
      }
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
    // The effect of rounding only the weights in float32: with 8 images, batch norm and ReLUs with
    // inputs near 0 amplify rounding errors in backward.
    let rounded = try run(.float32, roundingWeights: true)
    func distance(_ a: [Float], _ b: [Float], _ what: String, within limit: Double) {
      let found = relativeDifference(a, b)
      #expect(found > 0 && found < limit, "\(name), \(what): \(found), limit \(limit)")
    }
    distance(mixed.logits, single.logits, "logits", within: limit)
    distance(mixed.buffers, single.buffers, "running statistics", within: 0.01)
    #expect(abs(mixed.loss - single.loss) < 0.02 * single.loss)
    let all = single.gradients.flatMap(\.values)
    let yardstick = relativeDifference(rounded.gradients.flatMap(\.values), all)
    distance(
      mixed.gradients.flatMap(\.values), all, "all gradients", within: min(0.6, 3 * yardstick))
    for (a, b) in zip(mixed.gradients, single.gradients) {
      distance(a.values, b.values, a.name, within: 0.8)
    }
  }
}

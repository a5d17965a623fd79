import Layers
import Models
import Tensors
import TestSupport
import Testing

@Suite("Networks whose blocks are recomputed in backward", .serialized)
struct BlockRecomputationTests {
  /// The logits, gradients and buffers of one step.
  private func step(_ name: String, recomputing: Bool) throws -> [String: [Float]] {
    let model = try Architecture.named(name).makeModel(classCount: 4)
    model.initialize(seed: 7)
    model.recomputeBlocks(recomputing)
    #expect(model.blocks.count >= 4)
    #expect(
      model.modules.count(where: \.recomputesInBackward) == (recomputing ? model.blocks.count : 0))
    var random = RandomSource(seed: 9)
    let x = Tensor(
      (0..<(4 * 3 * 64 * 64)).map { _ in Float(random.normal()) }, shape: [4, 3, 64, 64])
    let logits = model(Tape().record(x))
    logits.crossEntropy(Tensor([0, 1, 2, 3] as [Int64])).backward()
    var found = ["logits": logits.floatScalars]
    for (name, parameter) in model.namedParameters {
      found[name] = try #require(parameter.gradient, "\(name)").floatScalars
    }
    for (name, buffer) in model.namedBuffers where buffer.value.dtype == .float32 {
      found[name] = buffer.value.floatScalars
    }
    return found
  }

  @Test(
    "gradients and statistics are equal bit for bit",
    arguments: [
      "resnet18", "resnet50", "resnetblur18", "densenet121", "seresnet18", "resnetaa50",
      "xresnet18_deep", "resnet20",
    ])
  func same(name: String) throws {
    let plain = try step(name, recomputing: false)
    #expect(plain.count > 60)
    #expect(try step(name, recomputing: true) == plain)
  }
}

import Interpret
import Hooks
import Layers
import Models
import Tensors
import TestSupport
import Testing
import Vision

// The precision is the whole process's choice, so this has a process of its own.
@Suite("Maps in bfloat16", .enabled(if: Compute.supportsBFloat16, "bfloat16 needs AVX-512"))
struct PrecisionTests {
  @Test("Grad-CAM's tensors are float32, and near those of float32")
  func maps() async {
    await #expect(processExitsWith: .success) {
      let vision = VisionModel(try Architecture.named("resnet18"), classCount: 2, seed: 3)
      var random = RandomSource(seed: 2)
      let x = Tensor(
        (0..<(3 * 128 * 128)).map { _ in Float(random.normal()) }, shape: [1, 3, 128, 128])
      vision.model.eval()
      let layer = vision.lastSpatialLayer
      func maps() throws -> [ClassMap] {
        try Explainer(
          model: vision.model, vocab: ["a", "b"], GradCAM(), layers: [TappedLayer("", layer)],
          options: .fmi)(prepared(x)).maps
          .sorted { $0.classIndex < $1.classIndex }
      }
      let single = try maps()
      try Compute.use(.bfloat16)
      let mixed = try maps()
      for (a, b) in zip(mixed, single) {
        #expect(a.map.dtype == .float32 && a.map.shape == [4, 4])
        let found = relativeDifference(a.map.floatScalars, b.map.floatScalars)
        #expect(found > 0 && found < 0.05, "\(a.className): \(found)")
      }
      try withHook(on: layer) { hook in
        try withHookBwd(on: layer) { gradients in
          vision.model(x)[0, 1].backward()
          let (stored, gradient) = (try #require(hook.stored), try #require(gradients.stored))
          #expect(stored.dtype == .float32 && gradient.dtype == .float32)
          #expect(stored.shape == [1, 512, 4, 4] && gradient.shape == [1, 512, 4, 4])
        }
      }
    }
  }
}

import Layers
import Tensors
import Testing

@Suite("Traps of layers in optimized builds")
struct LayerTrapMessageTests {
  @Test("an image that is too small for a window is named with the window and its shape")
  func window() async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = Conv2D(1, 2, kernelSize: 7)(Tensor.ones([1, 1, 4, 5])) }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(text.contains("7") && text.contains("[1, 1, 4, 5]"), "\(text.prefix(400))")
  }
}

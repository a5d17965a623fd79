import Tensors
import Testing

@Suite("Memory")
struct MemoryTests {
  @Test("an allocation beyond the available memory exits with the shape and the size")
  func outOfMemory() async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = Tensor.zeros([1 << 20, 1 << 20]) }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(text.contains("float32 tensor of shape [1048576, 1048576]"), "\(text.prefix(400))")
    #expect(text.contains("4398046511104 bytes"))
    #expect(text.contains("are available"))
  }
}

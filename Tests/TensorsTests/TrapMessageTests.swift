import Tensors
import Testing

@Suite("Traps in optimized builds")
struct TrapMessageTests {
  @Test("a mistake of the caller stops the program with the values in the message")
  func matmul() async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = Tensor.ones([2, 3]).matmul(Tensor.ones([2, 4])) }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(text.contains("matmul of [2, 3] and [2, 4]"), "\(text.prefix(400))")
  }
}

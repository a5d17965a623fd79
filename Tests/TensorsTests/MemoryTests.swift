import Foundation
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
    #expect(text.contains("4194304 MiB"))
    #expect(text.contains("are available"))
  }

  @Test("memory that is allocated and not yet written to is not available")
  func untouched() async {
    await #expect(processExitsWith: .success) {
      let before = Compute.availableMemory
      let size = 1 << 30
      let tensors = (0..<4).map { _ in Tensor(uninitialized: [size / 4]) }
      // Other programs take and free memory meanwhile.
      #expect(before - Compute.availableMemory > 2 * size)
      withExtendedLifetime(tensors) {}
    }
  }

  @Test("a resource limit ends the process with the message of a program, not with a crash")
  func limited() async throws {
    let result = await #expect(
      processExitsWith: .exitCode(7), observing: [\.standardErrorContent]
    ) {
      Compute.onOutOfMemory { message in
        FileHandle.standardError.write(Data("Error: \(message)\n".utf8))
        _exit(7)
      }
      _ = Tensor.ones([4])
      var used = rlimit()
      getrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &used)
      let statm = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(
        separator: " ")
      used.rlim_cur = rlim_t((Int(statm[5]) ?? 0) * 4096 + (200 << 20))
      setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &used)
      var tensors: [Tensor] = []
      for _ in 0..<100 { tensors.append(Tensor.ones([10, 1 << 18])) }
    }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(
      text.contains("Error: out of memory: a float32 tensor of shape [10, 262144] needs 10 MiB"))
  }
}

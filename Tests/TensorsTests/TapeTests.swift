import Tensors
import TestSupport
import Testing

@Suite("The tape")
struct TapeTests {
  @Test("operations are recorded only on a tape")
  func onTapeOnly() {
    let y = (Tensor([1, 2, 3] as [Float]) * 2).relu()
    #expect(!y.needsGradient)
    let tape = Tape()
    let recorded = tape.record(Tensor([1, 2, 3] as [Float])) * 2
    #expect(!recorded.needsGradient)
    #expect(tape.count == 0)
  }

  @Test("the gradients of a tensor that is used twice are summed")
  func reuse() {
    let tape = Tape()
    let x = tape.watch(Tensor([2, -3] as [Float]))
    let y = (x * x + x).sum()
    expectClose(tape.gradients(of: y, withRespectTo: [x])[0].floatScalars, [5, -5])
  }

  @Test("backward of one element, again with retainGraph")
  func twice() {
    let tape = Tape()
    let x = tape.watch(Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]))
    let y = x * x
    let first = tape.gradients(of: y[0, 1], withRespectTo: [x], retainGraph: true)[0]
    let second = tape.gradients(of: y[1, 0], withRespectTo: [x], retainGraph: true)[0]
    expectClose(first.floatScalars, [0, 4, 0, 0])
    expectClose(second.floatScalars, [0, 0, 6, 0])
  }

  @Test("gradients with respect to activations")
  func activations() {
    let tape = Tape()
    let x = tape.watch(Tensor([1, -2] as [Float]))
    let h = x.relu()
    let y = (h * 3).sum()
    let found = tape.gradients(of: y, withRespectTo: [h, x])
    expectClose(found[0].floatScalars, [3, 3])
    expectClose(found[1].floatScalars, [3, 0])
  }

  // In its own process, since the memory pool counts the tensors of other tests too.
  @Test("backward releases saved values as it proceeds")
  func memory() async {
    await #expect(processExitsWith: .success) {
      let before = Compute.memory.inUse
      let tape = Tape()
      let x = tape.watch(Tensor.ones([256, 1024]))
      var y = x
      for _ in 0..<8 { y = y.sigmoid() }
      let loss = y.sum()
      let during = Compute.memory.inUse
      _ = tape.gradients(of: loss, withRespectTo: [x])
      y = x
      #expect(during - before > 8 << 20)
      #expect(Compute.memory.inUse - before < 4 << 20)
    }
  }

  @Test("a second backward, a non-scalar and a tensor that is on no tape trap")
  func refusals() async {
    await #expect(processExitsWith: .failure) {
      let tape = Tape()
      let y = tape.watch(Tensor([1, 2] as [Float])).exp().sum()
      y.backward()
      y.backward()
    }
    await #expect(processExitsWith: .failure) {
      Tape().watch(Tensor([1, 2] as [Float])).exp().backward()
    }
    await #expect(processExitsWith: .failure) { Tensor(1).backward() }
    await #expect(processExitsWith: .failure) {
      _ = Tape().watch(Tensor(1)) + Tape().watch(Tensor(2))
    }
    await #expect(processExitsWith: .failure) {
      _ = Tensor.ones([3, 4]).matmul(Tensor.ones([5, 6]))
    }
  }
}

import Tensors
import TestSupport
import Testing

@Suite("Layer norm and group norm match PyTorch, values and gradients")
struct NormalizationFixtureTests {
  @Test("layer norm over the last dimensions")
  func layerNorm() throws {
    try OperationFixture.check("layer_norm") { test, x in
      [
        "y": try #require(x["x"]).layerNorm(
          try #require(test.integers("normalized_shape")), scale: x["w"], shift: x["b"],
          epsilon: Float(try #require(test.double("eps"))))
      ]
    }
  }

  @Test("group norm")
  func groupNorm() throws {
    try OperationFixture.check("group_norm") { test, x in
      [
        "y": try #require(x["x"]).groupNorm(
          groups: try #require(test.integer("groups")), scale: x["w"], shift: x["b"],
          epsilon: Float(try #require(test.double("eps"))))
      ]
    }
  }

  @Test("wide rows and many channels match the formula")
  func wide() {
    // 1100 channels are more than one block of the kernel.
    let values = NumberFormula().tensor("wide", [3, 1100], scale: 2, shift: 10)
    let tape = Tape()
    let x = tape.watch(Tensor(values, shape: [3, 1100]))
    let scale = tape.watch(Tensor.ones([1100]))
    let shift = tape.watch(Tensor.zeros([1100]))
    let y = x.layerNorm([1100], scale: scale, shift: shift)
    let mean = x.mean(axes: [1], keepingDimensions: true)
    let deviation = (x.variance(axes: [1], unbiased: false, keepingDimensions: true) + 1e-5)
      .squareRoot()
    let expected = (x - mean) / deviation
    expectClose(y.floatScalars, expected.floatScalars, absolute: 1e-5)
    let seed = Tensor(NumberFormula().tensor("seed", [3, 1100]), shape: [3, 1100])
    let actual = tape.gradients(
      of: (y * seed).sum(), withRespectTo: [x, scale, shift], retainGraph: true)
    let reference = tape.gradients(of: (expected * seed).sum(), withRespectTo: [x])[0]
    expectClose(actual[0].floatScalars, reference.floatScalars, absolute: 1e-5)
    expectClose(
      actual[1].floatScalars, (expected * seed).sum(axis: 0).floatScalars, absolute: 1e-5)
    expectClose(actual[2].floatScalars, seed.sum(axis: 0).floatScalars, absolute: 1e-6)
    let grouped = x.reshaped(to: [3, 1100, 1, 1]).groupNorm(groups: 1).flattened()
    expectClose(grouped.floatScalars, y.floatScalars, absolute: 1e-6)
  }

  @Test("invalid shapes trap")
  func refusals() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.ones([2, 3]).layerNorm([2]) }
    await #expect(processExitsWith: .failure) {
      _ = Tensor.ones([2, 3]).layerNorm([3], scale: Tensor.ones([2]))
    }
    await #expect(processExitsWith: .failure) {
      _ = Tensor.ones([2, 4, 2, 2]).groupNorm(groups: 3)
    }
  }
}

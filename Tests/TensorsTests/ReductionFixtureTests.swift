import Tensors
import TestSupport
import Testing

@Suite("Reductions match PyTorch, values and gradients")
struct ReductionFixtureTests {
  @Test("sums and means", arguments: ["sum", "mean"])
  func reductions(name: String) throws {
    try OperationFixture.check(name) { test, x in
      let x = try #require(x["x"])
      let (axes, keeps) = (test.integers("axes"), test.flag("keepdim"))
      return [
        "y": name == "sum"
          ? x.sum(axes: axes, keepingDimensions: keeps)
          : x.mean(axes: axes, keepingDimensions: keeps)
      ]
    }
  }

  @Test("max takes the first of equal values, amax shares the gradient among them")
  func maxima() throws {
    try OperationFixture.check("max") { test, x in
      let (x, axes) = (try #require(x["x"]), test.integers("axes"))
      let keeps = test.flag("keepdim")
      guard let axes, axes.count == 1, test.outputs["index"] != nil else {
        return ["y": x.amax(axes: axes, keepingDimensions: keeps)]
      }
      let found = x.max(axis: axes[0], keepingDimensions: keeps)
      return ["y": found.values, "index": found.indices]
    }
  }

  @Test("min and amin mirror max and amax; argmax and argmin return the first index")
  func minima() {
    let x = Tensor([3, 1, 2, 1, 5, 5] as [Float], shape: [2, 3])
    let found = x.min(axis: 1)
    expectClose(found.values.floatScalars, [1, 1])
    #expect(found.indices.scalars(as: Int64.self) == [1, 0])
    #expect(x.argmax(axis: 1).scalars(as: Int64.self) == [0, 1])
    #expect(x.argmin(axis: 0, keepingDimensions: true).shape == [1, 3])
    expectClose(x.amin(axes: [0]).floatScalars, [1, 1, 2])
    let tape = Tape()
    let watched = tape.watch(x)
    let gradient = tape.gradients(of: watched.amin(), withRespectTo: [watched])[0]
    expectClose(gradient.floatScalars, [0, 0.5, 0, 0.5, 0, 0])
    #expect(Tensor([1, .nan, 3] as [Float]).amax().item.isNaN)
  }

  @Test("variances, biased and unbiased")
  func variance() throws {
    try OperationFixture.check("variance") { test, x in
      [
        "y": try #require(x["x"]).variance(
          axes: test.integers("axes"), unbiased: test.flag("unbiased"),
          keepingDimensions: test.flag("keepdim"))
      ]
    }
  }

  @Test("variance with a large mean; the unbiased variance of one value is NaN")
  func offset() {
    let x = Tensor((0..<1000).map { 4096 + Float($0 % 2) / 4 })
    expectClose([Double(x.variance(unbiased: false).item)], [1.0 / 64], relative: 1e-6)
    expectClose([Double(x.standardDeviation(unbiased: false).item)], [0.125], relative: 1e-6)
    #expect(Tensor([1] as [Float]).variance().item.isNaN)
  }

  @Test("missing, repeated and empty axes trap")
  func refusals() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.ones([2, 3]).amax(axes: [2]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.ones([2, 3]).variance(axes: [1, -1]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.ones([2, 0]).max(axis: 1) }
  }
}

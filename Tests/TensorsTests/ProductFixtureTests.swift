import Tensors
import TestSupport
import Testing

@Suite("Matrix products and einsum match PyTorch, values and gradients")
struct ProductFixtureTests {
  @Test("matrices, vectors and batches that broadcast")
  func matmul() throws {
    try OperationFixture.check("matmul") { _, x in
      ["y": try #require(x["a"]).matmul(try #require(x["b"]))]
    }
  }

  @Test("linear layers")
  func linear() throws {
    try OperationFixture.check("linear") { _, x in
      ["y": try #require(x["x"]).linear(try #require(x["w"]), bias: x["b"])]
    }
  }

  @Test("einsum")
  func einsum() throws {
    try OperationFixture.check("einsum") { test, x in
      let equation = try #require(test.attributes["equation"] as? String)
      return ["y": Tensor.einsum(equation, try #require(x["a"]), try #require(x["b"]))]
    }
  }

  @Test("einsum: one or three operands, diagonals, ellipses, implicit result, length 1")
  func einsumForms() {
    let a = Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
    let b = Tensor([5, 6, 7, 8] as [Float], shape: [2, 2])
    func expect(_ y: Tensor, _ shape: [Int], _ values: [Float], _ line: Int = #line) {
      #expect(y.shape == shape, "line \(line)")
      expectClose(y.floatScalars, values, absolute: 1e-5, "line \(line)")
    }
    expect(Tensor.einsum("ii", a), [], [5])
    expect(Tensor.einsum("ii->i", a), [2], [1, 4])
    expect(Tensor.einsum("ba", a), [2, 2], [1, 3, 2, 4])
    expect(Tensor.einsum("ij->", a), [], [10])
    expect(Tensor.einsum("ij,jk", a, b), [2, 2], [19, 22, 43, 50])
    expect(Tensor.einsum("ij, jk, kl -> il", a, b, a), [2, 2], [85, 126, 193, 286])
    expect(Tensor.einsum("...i,...i->...", a, b), [2], [17, 53])
    expect(Tensor.einsum("i...,ij->j...", a, b), [2, 2], [26, 38, 30, 44])
    expect(
      Tensor.einsum("ij,kj->ik", Tensor([2] as [Float], shape: [1, 1]), b), [1, 2], [22, 30])
    expect(Tensor.einsum("ij,k->j", a, Tensor([2, 3] as [Float])), [2], [20, 30])
  }

  @Test("invalid shapes and equations trap")
  func refusals() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.ones([2, 3]).matmul(Tensor.ones([2])) }
    await #expect(processExitsWith: .failure) {
      _ = Tensor.ones([2, 3, 4]).matmul(Tensor.ones([3, 4, 5]))
    }
    await #expect(processExitsWith: .failure) {
      _ = Tensor.einsum("ij,jk->ik", Tensor.ones([2, 3]), Tensor.ones([4, 5]))
    }
    await #expect(processExitsWith: .failure) { _ = Tensor.einsum("ij->ik", Tensor.ones([2, 3])) }
    await #expect(processExitsWith: .failure) { _ = Tensor.einsum("ij", Tensor.ones([2])) }
  }
}

import Tensors
import TestSupport
import Testing

@Suite("Arithmetic and activations match PyTorch, values and gradients")
struct ArithmeticFixtureTests {
  @Test("arithmetic with broadcasting", arguments: ["add", "sub", "mul", "div"])
  func arithmetic(name: String) throws {
    try OperationFixture.check(name) { _, x in
      let (a, b) = (try #require(x["a"]), try #require(x["b"]))
      let y =
        switch name {
        case "add": a + b
        case "sub": a - b
        case "mul": a * b
        default: a / b
        }
      return ["y": y]
    }
  }

  @Test("elementwise functions", arguments: ["relu", "sigmoid", "tanh"])
  func elementwise(name: String) throws {
    try OperationFixture.check(name) { _, x in
      let x = try #require(x["x"])
      return ["y": name == "relu" ? x.relu() : name == "sigmoid" ? x.sigmoid() : x.tanh()]
    }
  }

  @Test("leaky ReLU; the gradient at 0 is the negative slope")
  func leakyReLU() throws {
    try OperationFixture.check("leaky_relu") { test, x in
      let slope = Float(try #require(test.double("slope")))
      return ["y": try #require(x["x"]).leakyReLU(negativeSlope: slope)]
    }
  }

  @Test("GELU, exact and with the tanh approximation")
  func gelu() throws {
    try OperationFixture.check("gelu") { test, x in
      let isTanh = test.attributes["approximate"] as? String == "tanh"
      return ["y": try #require(x["x"]).gelu(approximate: isTanh ? .tanh : .none)]
    }
  }

  @Test("SiLU")
  func silu() throws {
    try OperationFixture.check("silu") { _, x in ["y": try #require(x["x"]).silu()] }
  }

  @Test("activations without a fixture match their formulas")
  func formulas() {
    let x = Tensor([-4, -3, -1, -0.125, 0, 0.5, 2, 3, 30] as [Float])
    expectClose(
      x.elu(alpha: 2).floatScalars.map(Double.init),
      [-1.963368722, -1.900425863, -1.264241118, -0.235006194, 0, 0.5, 2, 3, 30], absolute: 3e-7)
    expectClose(
      x.softplus(beta: 2).floatScalars.map(Double.init),
      [
        0.000167703, 0.001237843, 0.063464002, 0.287969739, 0.346573590, 0.656630844, 2.009074964,
        3.001237843, 30,
      ], absolute: 3e-7)
    expectClose(
      x.hardswish().floatScalars.map(Double.init),
      [0, 0, -1.0 / 3, -0.125 * 2.875 / 6, 0, 0.5 * 3.5 / 6, 2 * 5.0 / 6, 3, 30], absolute: 3e-7)
    expectClose(x.clamped(to: -1...2).floatScalars, [-1, -1, -1, -0.125, 0, 0.5, 2, 2, 2])
    #expect(Tensor([Float.nan]).clamped(to: 0...1).floatScalars[0].isNaN)
  }

  @Test("padding of blocked layouts stays zero for any f(0)")
  func layouts() {
    let image = Tensor(repeating: 0.5, shape: [1, 17, 4, 4])
    let blocked = image.conv2d(Tensor(repeating: 0.01, shape: [17, 17, 3, 3]))
    let plain = Tensor(blocked.floatScalars, shape: blocked.shape)
    let functions: [(Tensor) -> Tensor] = [
      { $0.gelu() }, { $0.softplus() }, { $0.clamped(to: 1...2) },
    ]
    for f in functions {
      expectClose(f(blocked).floatScalars, f(plain).floatScalars)
      // The norm includes the padding.
      expectClose([f(blocked).norm], [f(plain).norm], relative: 1e-6)
    }
  }

  @Test("invalid arguments trap")
  func refusals() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.ones([2]).softplus(beta: 0) }
    await #expect(processExitsWith: .failure) { _ = Tensor([1, 2] as [Int64]).gelu() }
  }
}

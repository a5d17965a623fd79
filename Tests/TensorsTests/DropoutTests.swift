import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Dropout")
struct DropoutTests {
  private struct Contract: Decodable {
    struct Case: Decodable {
      let p: Double
      let scale: Double
      let keep: Double
      let tolerance: Double
    }
    let n: Int
    let cases: [Case]
  }

  @Test("the rate of kept elements, their scale, and the mask of the gradient")
  func contract() throws {
    let contract = try Fixture.json("ops/dropout.json", as: Contract.self)
    let values = NumberFormula().tensor("dropout", [contract.n], scale: 3)
    let upstream = Tensor(NumberFormula().tensor("upstream", [contract.n]))
    for test in contract.cases {
      let tape = Tape()
      let x = tape.watch(Tensor(values))
      var random = RandomSource(seed: 7)
      let y = x.dropout(test.p, random: &random)
      let seen = y.floatScalars
      let kept = zip(seen, values).map { $0 == Float(Double($1) * test.scale) && test.keep > 0 }
      #expect(
        zip(seen, kept).allSatisfy { $1 || $0 == 0 },
        "p = \(test.p): an element is neither 0 nor x · scale")
      // No x is 0, which would be ambiguous.
      let rate = Double(kept.count { $0 }) / Double(contract.n)
      #expect(abs(rate - test.keep) <= test.tolerance, "p = \(test.p): \(rate) kept")
      if test.p == 0 { #expect(zip(seen, values).allSatisfy { $0.bitPattern == $1.bitPattern }) }
      let gradient = tape.gradients(of: (y * upstream).sum(), withRespectTo: [x])[0].floatScalars
      let expected = zip(upstream.floatScalars, kept).map {
        $1 ? Float(Double($0) * test.scale) : 0
      }
      #expect(zip(gradient, expected).allSatisfy { $0 == $1 }, "p = \(test.p): gradient")
    }
  }

  @Test("masks differ between calls, repeat for equal seeds and match sequential draws")
  func randomness() {
    let x = Tensor.ones([70_001])
    var random = RandomSource(seed: 3)
    let first = x.dropout(0.5, random: &random).floatScalars
    let second = x.dropout(0.5, random: &random).floatScalars
    // Compare counts, to avoid a message with 70,001 numbers.
    func differing(_ a: [Float], _ b: [Float]) -> Int { zip(a, b).count { $0 != $1 } }
    #expect(differing(first, second) > 30_000)
    var again = RandomSource(seed: 3)
    #expect(differing(x.dropout(0.5, random: &again).floatScalars, first) == 0)
    var single = RandomSource(seed: 3)
    #expect(differing(first, first.map { _ in single.uniform() < 0.5 ? 0 : 2 }) == 0)
    #expect(second[0] == (single.uniform() < 0.5 ? 0 : 2))
  }

  @Test("a probability outside of 0...1 traps")
  func refusal() async {
    await #expect(processExitsWith: .failure) {
      var random = RandomSource(seed: 0)
      _ = Tensor.ones([2]).dropout(1.5, random: &random)
    }
  }
}

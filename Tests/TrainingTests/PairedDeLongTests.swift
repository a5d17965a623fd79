import Tensors
import Testing
import Training

@Suite("Difference of two areas under the ROC curve")
struct PairedDeLongTests {
  /// The variance of the difference by its definition: from the comparison of each pair of items.
  private func variance(_ a: [Double], _ b: [Double], _ positives: [Bool]) -> Double {
    let p = positives.indices.filter { positives[$0] }
    let n = positives.indices.filter { !positives[$0] }
    func wins(_ scores: [Double], _ i: Int, _ j: Int) -> Double {
      scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0
    }
    func gain(_ i: Int, _ j: Int) -> Double { wins(b, i, j) - wins(a, i, j) }
    let ofPositives = p.map { i in n.reduce(0) { $0 + gain(i, $1) } / Double(n.count) }
    let ofNegatives = n.map { j in p.reduce(0) { $0 + gain($1, j) } / Double(p.count) }
    func sampleVariance(_ values: [Double]) -> Double {
      let mean = values.reduce(0, +) / Double(values.count)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    }
    return sampleVariance(ofPositives) / Double(p.count)
      + sampleVariance(ofNegatives) / Double(n.count)
  }

  @Test("areas, variance and interval follow the definition, also with ties", arguments: 0..<5)
  func definition(seed: Int) throws {
    var random = RandomSource(seed: UInt64(seed))
    let positives = (0..<60).map { _ in random.uniform() < 0.4 }
    let a = positives.map { (($0 ? 0.3 : 0) + random.uniform()).rounded(toTenths: seed % 2 == 0) }
    let b = positives.map { (($0 ? 0.5 : 0) + random.uniform()).rounded(toTenths: seed % 2 == 0) }
    let found = try #require(PairedDeLong(a, b, positives: positives))
    #expect(found.first == DeLong(scores: a, positives: positives)?.area)
    #expect(found.second == DeLong(scores: b, positives: positives)?.area)
    let expected = variance(a, b, positives)
    #expect(abs(try #require(found.variance) - expected) < 1e-12)
    let interval = try #require(found.interval)
    #expect(interval.low < found.difference && found.difference < interval.high)
    let p = try #require(found.pValue)
    // The interval leaves 0 out exactly if p < 0.05.
    #expect((p < 0.05) == !(interval.low...interval.high).contains(0))
    let turned = try #require(PairedDeLong(b, a, positives: positives))
    #expect(turned.difference == -found.difference && abs((turned.pValue ?? 0) - p) < 1e-12)
  }

  @Test("equal scores have no variance, and a single class or item none that is known")
  func undefined() throws {
    let scores = [0.1, 0.2, 0.7, 0.4]
    let same = try #require(
      PairedDeLong(scores, scores, positives: [false, true, true, false]))
    #expect(same.difference == 0 && same.variance == 0 && same.z == nil)
    #expect(PairedDeLong(scores, scores, positives: [true, true, true, true]) == nil)
    let single = PairedDeLong(
      scores, scores.reversed(), positives: [true, false, false, false])
    #expect(single != nil && single?.variance == nil && single?.interval == nil)
  }

  @Test("the interval ends at -1 and 1")
  func bounds() throws {
    let found = try #require(
      PairedDeLong([3, 4, 1, 3.5], [1, 2, 3, 4], positives: [false, false, true, true]))
    let interval = try #require(found.interval)
    #expect(found.difference + 1.96 * (found.variance ?? 0).squareRoot() > 1)
    #expect(interval.high == 1 && interval.low >= -1)
  }
}

extension Double {
  fileprivate func rounded(toTenths: Bool) -> Double {
    toTenths ? (self * 10).rounded() / 10 : self
  }
}

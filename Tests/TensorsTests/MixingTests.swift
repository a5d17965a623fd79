import Tensors
import Testing

@Suite("Mixtures, moving averages and norms")
struct MixingTests {
  private func values(_ count: Int) -> [Float] {
    var random = RandomSource(seed: 4)
    return (0..<count).map { _ in Float(random.normal()) }
  }

  @Test("each item is blended with its partner", arguments: [1, 3, 40_000])
  func blend(size: Int) {
    let x = values(4 * size)
    let (partners, lambdas) = ([2, 1, 0, 0], [0.75, 1, 0.5, 0.9] as [Float])
    let found = Tensor(x, shape: [4, size]).mixed(with: partners, lambdas).floatScalars
    let wrong = found.indices.filter { i in
      let (item, at) = (i / size, i % size)
      let expected = lambdas[item] * x[i] + (1 - lambdas[item]) * x[partners[item] * size + at]
      return abs(found[i] - expected) > 1e-6
    }
    #expect(wrong.isEmpty)
    #expect(Array(found[size..<(2 * size)]) == Array(x[size..<(2 * size)]))
  }

  @Test(
    "a rectangle comes from the partner",
    arguments: [(1..<4, 0..<3), (0..<5, 0..<7), (2..<2, 0..<7), (4..<5, 6..<7)])
  func cut(columns: Range<Int>, rows: Range<Int>) {
    let (width, height) = (5, 7)
    let x = values(3 * 2 * height * width)
    let partners = [1, 2, 0]
    let found = Tensor(x, shape: [3, 2, height, width])
      .cutMixed(with: partners, columns: columns, rows: rows).floatScalars
    let expected = x.indices.map { i in
      let (item, at) = (i / (2 * height * width), i % (2 * height * width))
      let isCut = columns.contains(i % width) && rows.contains(i / width % height)
      return isCut ? x[partners[item] * 2 * height * width + at] : x[i]
    }
    #expect(found == expected)
  }

  @Test("lerp moves a tensor and leaves copies of it alone")
  func lerp() {
    let (a, b) = (values(50_001), values(50_002))
    let first = Tensor(a)
    var average = first
    average.lerp(to: Tensor(Array(b.dropLast())), weight: 0.25)
    let wrong = a.indices.filter {
      abs(average.floatScalars[$0] - (0.75 * a[$0] + 0.25 * b[$0])) > 1e-6
    }
    #expect(wrong.isEmpty && first.floatScalars == a)
  }

  @Test("norms", arguments: [1, 2, 3, 0.5, Double.infinity])
  func norms(p: Double) {
    let x = values(10_001)
    let sizes = x.map { Double(abs($0)) }
    let expected =
      p.isInfinite
      ? sizes.max() ?? 0 : power(sizes.reduce(0) { $0 + power($1, p) }, 1 / p)
    let found = Tensor(x).norm(p)
    #expect(abs(found - expected) <= 1e-5 * expected, "\(found), expected \(expected)")
    #expect(Tensor([1, .nan, 3] as [Float]).norm(p).isNaN)
    #expect(Tensor([1, -.infinity, 3] as [Float]).norm(p) == .infinity)
  }

  private func power(_ x: Double, _ p: Double) -> Double {
    p == 1 ? x : p == 2 ? x * x : p == 0.5 ? x.squareRoot() : p == 3 ? x * x * x : root(x, 1 / p)
  }

  /// The root of x by bisection, since the tests of this target have no libm.
  private func root(_ x: Double, _ p: Double) -> Double {
    var (low, high) = (0.0, max(1, x))
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if power(middle, p) < x { low = middle } else { high = middle }
    }
    return low
  }
}

@Suite("Beta and gamma numbers")
struct BetaTests {
  @Test("mean and variance of the beta distribution", arguments: [0.05, 0.2, 0.4, 1, 2, 30])
  func beta(alpha: Double) {
    var random = RandomSource(seed: 11)
    for other in [alpha, 3 * alpha] {
      let count = 40_000
      let drawn = (0..<count).map { _ in random.beta(alpha, other) }
      #expect(drawn.allSatisfy { (0...1).contains($0) })
      let mean = drawn.reduce(0, +) / Double(count)
      let variance = drawn.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
      let sum = alpha + other
      let expected = alpha * other / (sum * sum * (sum + 1))
      // Five standard errors; that of a variance is below half the range.
      let error = (expected / Double(count)).squareRoot()
      #expect(abs(mean - alpha / sum) < 5 * error, "\(mean)")
      #expect(abs(variance - expected) < 0.03 * expected, "\(variance), expected \(expected)")
    }
  }

  @Test("the uniform distribution is the beta distribution of 1 and 1")
  func uniform() {
    var random = RandomSource(seed: 12)
    let drawn = (0..<20_000).map { _ in random.beta(1, 1) }.sorted()
    let distance = drawn.enumerated().map { abs($1 - Double($0) / 20_000) }.max() ?? 1
    #expect(distance < 0.015, "\(distance)")
  }

  @Test("mean and variance of the gamma distribution", arguments: [0.3, 1, 4.5])
  func gamma(shape: Double) {
    var random = RandomSource(seed: 13)
    let drawn = (0..<40_000).map { _ in random.gamma(shape) }
    let mean = drawn.reduce(0, +) / 40_000
    let variance = drawn.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 40_000
    #expect(abs(mean - shape) < 0.03 * max(shape, 1) && abs(variance - shape) < 0.1 * max(shape, 1))
  }

  @Test("tiny parameters give 0 or 1, not NaN")
  func tiny() {
    var random = RandomSource(seed: 14)
    let drawn = (0..<1000).map { _ in random.beta(1e-300, 1e-300) }
    #expect(drawn.allSatisfy { $0 == 0 || $0 == 1 })
    #expect((400...600).contains(drawn.count { $0 == 1 }))
  }
}

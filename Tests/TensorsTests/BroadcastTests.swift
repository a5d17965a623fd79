import Tensors
import Testing

@Suite("Broadcasting and random tensors, element by element")
struct BroadcastTests {
  @Test(
    "broadcasting of any shapes",
    arguments: [
      ([5, 3, 1, 1], [5, 1, 1, 1]), ([64, 40, 3, 3], [64, 1, 1, 1]), ([2, 3, 4], [3, 1]),
      ([2, 3, 4], [2, 1, 4]), ([2, 1, 4, 1], [1, 3, 1, 5]), ([1, 3], [2, 1]), ([4, 1], [1, 1, 6]),
      ([2, 3, 1, 5, 1], [3, 7, 1, 2]), ([1, 1, 3], [2, 1, 1]), ([300, 1, 70], [1, 2, 70]),
    ])
  func broadcast(_ a: [Int], _ b: [Int]) {
    let rank = max(a.count, b.count)
    func padded(_ shape: [Int]) -> [Int] {
      [Int](repeating: 1, count: rank - shape.count) + shape
    }
    let (wide, narrow) = (padded(a), padded(b))
    let target = zip(wide, narrow).map { max($0, $1) }
    func numbers(_ shape: [Int]) -> [Float] {
      (0..<shape.reduce(1, *)).map { Float(($0 * 37 + shape.count) % 101) + 1 }
    }
    func position(_ index: Int, _ shape: [Int]) -> Int {
      var (rest, stride, position) = (index, 1, 0)
      for d in (0..<rank).reversed() {
        if shape[d] > 1 { position += rest % target[d] * stride }
        rest /= target[d]
        stride *= shape[d]
      }
      return position
    }
    let (x, y) = (numbers(a), numbers(b))
    let indices = 0..<target.reduce(1, *)
    let (left, right) = (Tensor(x, shape: a), Tensor(y, shape: b))
    let pairs = indices.map { (x[position($0, wide)], y[position($0, narrow)]) }
    #expect((left - right).shape == target)
    #expect((left - right).floatScalars == pairs.map { $0 - $1 })
    #expect((right / left).floatScalars == pairs.map { $1 / $0 })
  }

  @Test("a normal tensor has the numbers of sequential calls", arguments: [1, 2, 7, 5001, 40_000])
  func normals(_ count: Int) {
    var one = RandomSource(seed: 3, 4)
    var all = one
    let expected = (0..<count).map { _ in Float(one.normal() * 0.3) }
    #expect(Tensor.normal(shape: [count], deviation: 0.3, random: &all).floatScalars == expected)
    // The second number of the last pair is pending and comes next.
    let (spare, next) = (one.normal(), one.normal())
    if count % 2 == 1 {
      var odd = RandomSource(seed: 3, 4)
      for _ in 0..<count { _ = odd.normal() }
      let rest = Tensor.normal(shape: [2], deviation: 1, random: &odd)
      #expect(rest.floatScalars == [Float(spare), Float(next)])
    }
  }
}

import Tensors
import TestSupport
import Testing

@Suite("Kernels on several threads")
struct ParallelKernelTests {
  /// A batch large enough for several threads is bitwise equal to its items one by one.
  private func checkItems(
    _ name: String, sourceLocation: SourceLocation = #_sourceLocation, _ f: (Tensor, Int?) -> Tensor
  ) {
    let shape = [32, 4, 32, 32]
    let values = NumberFormula().tensor("parallel/\(name)", shape, scale: 2)
    func run(_ x: Tensor, _ item: Int?) -> (values: [Float], gradient: [Float]) {
      let tape = Tape()
      let watched = tape.watch(x)
      let y = f(watched, item)
      let gradient = tape.gradients(
        of: y, withRespectTo: [watched], seed: y.detached)[0]
      return (y.floatScalars, gradient.floatScalars)
    }
    let batch = Tensor(values, shape: shape)
    let whole = run(batch, nil)
    let parts = (0..<shape[0]).map { run(batch[$0..<($0 + 1)], $0) }
    func differing(_ a: [Float], _ b: [Float]) -> Int {
      a.count == b.count ? zip(a, b).count { $0 != $1 } : a.count + b.count
    }
    #expect(
      differing(whole.values, parts.flatMap(\.values)) == 0, "\(name)",
      sourceLocation: sourceLocation)
    #expect(
      differing(whole.gradient, parts.flatMap(\.gradient)) == 0, "gradient of \(name)",
      sourceLocation: sourceLocation)
  }

  private func part(_ tensor: Tensor, _ item: Int?) -> Tensor {
    item.map { tensor[$0..<($0 + 1)] } ?? tensor
  }

  @Test("activations, normalization, padding")
  func everyScalar() {
    checkItems("gelu") { x, _ in x.gelu() }
    checkItems("silu") { x, _ in x.silu() }
    checkItems("layer norm") { x, _ in x.layerNorm([32]) }
    let scale = Tensor([1, 2, 3, 4] as [Float])
    checkItems("group norm") { x, _ in x.groupNorm(groups: 2, scale: scale) }
    checkItems("variance") { x, _ in x.variance(axes: [2, 3]) }
    checkItems("padded") { x, _ in x.padded(3, mode: .reflect) }
  }

  @Test("resampling")
  func resampling() {
    let grid = Tensor(
      NumberFormula().tensor("parallel/grid", [32, 24, 40, 2], scale: 1.3), shape: [32, 24, 40, 2])
    checkItems("resized") { x, _ in x.resized(to: Extent(20, 45), antialias: true) }
    checkItems("grid sample") { x, item in
      x.gridSample(part(grid, item), padding: .reflection)
    }
  }

  @Test("losses over pixels")
  func losses() {
    let classes = NumberFormula().below("parallel/classes", [32, 32, 32], 4).map { Int64($0) }
    let targets = Tensor(classes, shape: [32, 32, 32])
    checkItems("cross entropy") { x, item in
      x.crossEntropy(part(targets, item), labelSmoothing: 0.1, reduction: .none)
    }
    let shape = [32, 4, 32, 32]
    let yes = Tensor(NumberFormula().tensor("parallel/yes", shape), shape: shape).sigmoid()
    checkItems("binary cross entropy") { x, item in
      x.binaryCrossEntropyWithLogits(part(yes, item), reduction: .none)
    }
  }
}

import DataBlocks
import Imaging
import Interpret
import Layers
import Tensors
import TestSupport
import Testing

@Suite("Sanity checks of maps")
struct MapSanityTests {
  private struct Stop: Error {}

  private let cases: CAMCases
  init() throws { cases = try CAMCases() }

  private func network() throws -> (CAMNetwork, Tensor) {
    let model = try #require(cases.fixture.models.first { $0.name == "tinyres" })
    return (cases.network(model), try cases.input(model, 0))
  }

  private func bits(_ network: Module) -> [[UInt32]] {
    let state = network.stateDictionary
    return state.names.map { name in
      guard let tensor = state[name], tensor.dtype == .float32 else { return [] }
      return tensor.floatScalars.map(\.bitPattern)
    }
  }

  @Test("weights are randomized from the head down and restored bit for bit, also after an error")
  func randomization() throws {
    let (network, input) = try network()
    let before = bits(network)
    let output = network(input).floatScalars
    let names = network.stateDictionary.names
    let check = WeightRandomization(network)
    var seen: [String] = []
    check.cascade(seed: 5) { part in
      seen.append(part)
      let now = bits(network)
      for (name, (old, new)) in zip(names, zip(before, now)) {
        let isDone = seen.contains { name.hasPrefix($0 + ".") }
        if !isDone { #expect(old == new, "\(name) after \(part)") }
        if isDone, name.hasSuffix("weight"), old.count > 16 {
          #expect(old != new, "\(name) after \(part)")
        }
        if isDone, name.hasSuffix("running_mean") {
          #expect(new.allSatisfy { $0 == 0 }, "\(name)")
        }
      }
      #expect(network(input).floatScalars != output)
    }
    #expect(seen == ["fc", "down", "block", "stem"])
    #expect(bits(network) == before)
    // Folded filters of the random weights are not used any more.
    #expect(network(input).floatScalars == output)
    #expect(throws: Stop.self) {
      try check.cascade(seed: 5) { part throws(Stop) in
        if part == "block" { throw Stop() }
      }
    }
    #expect(bits(network) == before && network(input).floatScalars == output)
    // The same seed draws the same weights, another one others.
    var drawn: [[[UInt32]]] = []
    for seed: UInt64 in [7, 7, 8] {
      check.cascade(seed: seed) { if $0 == "stem" { drawn.append(bits(network)) } }
    }
    #expect(drawn[0] == drawn[1] && drawn[0] != drawn[2])
    let block = try #require(network["block"])
    let parts = WeightRandomization(network, parts: [.init("only the block", block)])
    parts.cascade(seed: 1) { #expect($0 == "only the block") }
    #expect(bits(network) == before)
  }

  private func smooth(_ width: Int, _ height: Int) -> ScalarImage {
    ScalarImage(
      width: width, height: height,
      values: (0..<(width * height)).map { place in
        let (x, y) = (Float(place % width), Float(place / width))
        let (dx, dy) = ((x - Float(width) * 0.4) / 9, (y - Float(height) * 0.6) / 7)
        return max(0, 1 - dx * dx - dy * dy) + x / 300
      })
  }

  @Test("a map that follows its image is brought back to the original frame")
  func repeatability() throws {
    let image = smooth(60, 50)
    let input = Tensor(image.values, shape: [1, 1, 50, 60])
    for change in [
      MapRepeatability.Change(shiftX: 0.05), .init(shiftY: -0.04), .init(rotation: 3),
      .init(scale: 1.05), .init(scale: 0.95),
      .init(rotation: -3, scale: 1.04, shiftX: 0.03, shiftY: 0.02),
    ] {
      let changed = MapRepeatability.applied(change, to: input).floatScalars
      let moved = ScalarImage(width: 60, height: 50, values: changed)
      #expect(moved != image)
      let back = MapRepeatability.broughtBack(change, moved)
      for y in 6..<44 {
        for x in 8..<52 {
          #expect(
            abs(back.values[y * 60 + x] - image.values[y * 60 + x]) < 0.08, "\(change) \(x) \(y)")
        }
      }
    }
    // A pixel is 1/60 of the width: what was at 20 is at 23.
    let shifted = MapRepeatability.applied(.init(shiftX: 0.05), to: input).floatScalars
    #expect(abs(shifted[30 * 60 + 23] - image.values[30 * 60 + 20]) < 1e-5)
    let lit = MapRepeatability.applied(.init(contrast: 1.1, brightness: 0.2), to: input)
    expectClose(lit.floatScalars, image.values.map { $0 * 1.1 + 0.2 }, absolute: 1e-5)
    // A quarter turn moves what is right of the middle below it.
    var values = [Float](repeating: 0, count: 225)
    values[7 * 15 + 12] = 1
    let turned = MapRepeatability.applied(
      .init(rotation: 90), to: Tensor(values, shape: [1, 1, 15, 15])
    ).floatScalars
    #expect(turned[12 * 15 + 7] > 0.99)
  }

  @Test("repeatability of a map of the image is high, of noise low")
  func measure() throws {
    let image = prepared(Tensor(smooth(60, 50).values, shape: [1, 1, 50, 60]))
    let check = MapRepeatability(count: 5)
    #expect(check.changes.count == 5 && check == MapRepeatability(count: 5))
    let own = check.measure(image) {
      ScalarImage(width: 60, height: 50, values: $0.input.floatScalars)
    }
    #expect((own.ssim ?? 0) > 0.97 && (own.spearman ?? 0) > 0.97, "\(own)")
    var random = RandomSource(seed: 4)
    let noise = check.measure(image) { _ in
      ScalarImage(width: 60, height: 50, values: (0..<3000).map { _ in Float(random.normal()) })
    }
    #expect((noise.ssim ?? 1) < 0.2 && abs(noise.spearman ?? 1) < 0.1, "\(noise)")
    let none = check.measure(image) { _ in nil }
    #expect(none.ssim == nil && none.spearman == nil)
    #expect(throws: Stop.self) {
      try check.measure(image) { _ throws(Stop) in throw Stop() }
    }
  }
}

extension MapRepeatability {
  fileprivate static func == (a: MapRepeatability, b: MapRepeatability) -> Bool {
    a.changes == b.changes
  }
}

import DataBlocks
import Imaging
import Tensors
import Testing

@Suite("RandomErasing")
struct RandomErasingTests {
  private let flat = PixelBuffer(width: 40, height: 40, channels: 1, filledWith: 100)

  private func run(_ erasing: RandomErasing, seed: UInt64, mode: PipelineMode = .training) throws
    -> (values: [Float], plain: Float)
  {
    let pipeline = Pipeline([Resize(40), erasing])
    var sample = Sample(.pixels(flat))
    try pipeline.run(
      &sample, mode: mode,
      Pipeline.Streams(item: RandomSource(seed: seed), batch: RandomSource(seed: 0)))
    return (sample.values.values, (Float(100) / 255 - 0.485) / 0.229)
  }

  @Test("rectangles of noise after normalization, within the area, in all channels alike")
  func rectangles() throws {
    var (erased, noise): (Int, [Double]) = (0, [])
    for seed in 0..<200 as Range<UInt64> {
      let (values, plain) = try run(RandomErasing(probability: 1, minimumArea: 0.1), seed: seed)
      let first = values[..<1600]
      let changed = first.indices.filter { abs(first[$0] - plain) > 1e-6 }
      let rows = Set(changed.map { $0 / 40 }), columns = Set(changed.map { $0 % 40 })
      #expect(changed.count == rows.count * columns.count, "not one rectangle: \(seed)")
      // Sides are rounded and limited by the image.
      #expect((100...520).contains(changed.count), "\(changed.count)")
      for channel in 1..<3 {
        let other = values[(channel * 1600)..<((channel + 1) * 1600)]
        let middle = other[other.startIndex + (changed.first == 0 ? 1599 : 0)]
        #expect(other.indices.count { other[$0] != middle } >= changed.count - 1)
      }
      erased += changed.count
      noise += changed.map { Double(first[$0]) }
    }
    let mean = noise.reduce(0, +) / Double(noise.count)
    let variance = noise.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(noise.count)
    #expect(abs(mean) < 0.02 && abs(variance - 1) < 0.03, "\(mean), \(variance)")
    // The mean of U(0.1, 0.3) of 1600, less what does not fit.
    #expect((250...330).contains(Double(erased) / 200), "\(erased)")
  }

  @Test("half of the images by default, none in validation, the same again for the same stream")
  func probability() throws {
    var changed = 0
    for seed in 0..<400 as Range<UInt64> {
      let (values, plain) = try run(RandomErasing(minimumArea: 0.05), seed: seed)
      if values[..<1600].contains(where: { abs($0 - plain) > 1e-6 }) { changed += 1 }
    }
    #expect((160...240).contains(changed), "\(changed)")
    let (values, plain) = try run(RandomErasing(probability: 1), seed: 1, mode: .validation)
    _ = plain
    #expect(Set(values[..<1600]).count == 1)
    let erasing = RandomErasing(probability: 1, minimumArea: 0.1, maximumCount: 3)
    #expect(try run(erasing, seed: 5).values == run(erasing, seed: 5).values)
    #expect(try run(erasing, seed: 5).values != run(erasing, seed: 6).values)
  }

  @Test("several rectangles share the area")
  func counts() {
    let erasing = RandomErasing(minimumArea: 0.3, maximumCount: 4)
    var counts = Set<Int>()
    for seed in 0..<100 as Range<UInt64> {
      var random = RandomSource(seed: seed)
      let found = erasing.rectangles(in: ImageSize(height: 100, width: 200), &random)
      counts.insert(found.count)
      let area = found.reduce(0) { $0 + $1.rows.count * $1.columns.count }
      #expect(area <= 6600, "\(found)")
      for r in found {
        #expect(r.rows.lowerBound >= 0 && r.rows.upperBound <= 100)
        #expect(r.columns.lowerBound >= 0 && r.columns.upperBound <= 200)
      }
    }
    #expect(counts == [1, 2, 3, 4])
  }
}

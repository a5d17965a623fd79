import DataBlocks
import Imaging
import Tensors
import TestSupport
import Testing

/// States the size of images that no transform fixes, since some results differ in size.
private struct AnySize: Transform {
  var order: Int { 98 }
  var effects: TransformEffects { [] }
  func outputSize(of _: ImageSize?) -> ImageSize? { ImageSize(height: 1, width: 1) }
  func apply(to sample: inout Sample, _ context: inout TransformContext) {}
}

@Suite("Geometry of chains of transforms")
struct GeometryPropertyTests {
  private struct Draw {
    var random: RandomSource

    mutating func integer(_ range: ClosedRange<Int>) -> Int {
      range.lowerBound + Int(random.next() % UInt64(range.count))
    }
    mutating func number(_ low: Double, _ high: Double) -> Double { random.uniform(low, high) }
    mutating func bool() -> Bool { random.next() % 2 == 0 }
    mutating func size(_ range: ClosedRange<Int> = 24...120) -> ImageSize {
      ImageSize(height: integer(range), width: integer(range))
    }

    mutating func sampling() -> CoordinateSampling {
      CoordinateSampling(
        size: integer(0...3) == 0 ? size() : nil, mode: integer(0...4) == 0 ? .nearest : .bilinear,
        padMode: PadMode.allCases[integer(0...2)], alignsCorners: bool())
    }

    mutating func item() -> any Transform {
      switch integer(0...6) {
      case 0:
        let size = size()
        return Resize(
          height: size.height, width: size.width, method: ResizeMethod.allCases[integer(0...2)],
          padMode: PadMode.allCases[integer(0...2)])
      case 1: return RandomResizedCrop(size(), minimumScale: 0.3)
      case 2: return RandomCrop(size())
      case 3: return CropPad(size(), padMode: PadMode.allCases[integer(0...2)])
      case 4: return FlipItem(probability: 1)
      case 5: return DihedralItem(probability: 1)
      default: return RatioResize(integer(24...120))
      }
    }

    mutating func moving() -> any Transform {
      switch integer(0...5) {
      case 0:
        return RandomResizedCropGPU(size(), minimumScale: 0.3, validScale: number(0.7, 1))
      case 1: return Flip(probability: 1, sampling: sampling())
      case 2: return Dihedral(probability: 1, sampling: sampling())
      case 3: return Rotate(maximumDegrees: 30, probability: 1, sampling: sampling())
      case 4: return Zoom(minimum: 0.8, maximum: 1.4, probability: 1, sampling: sampling())
      default: return Warp(magnitude: 0.15, probability: 1, sampling: sampling())
      }
    }
  }

  /// An image whose channels are the coordinates of its pixels.
  private func ramp(_ size: ImageSize) -> ImagePlanes {
    let count = size.height * size.width
    return ImagePlanes(
      channels: 2, height: size.height, width: size.width,
      values: (0..<count).map { Float($0 % size.width) + 0.5 }
        + (0..<count).map { Float($0 / size.width) + 0.5 })
  }

  private func run(
    _ transforms: [any Transform], _ size: ImageSize, seed: UInt64, mode: PipelineMode
  ) throws -> Sample {
    var sample = Sample(
      .pixels(PixelBuffer(width: size.width, height: size.height, channels: 1)))
    sample.values = ramp(size)
    try Pipeline(transforms + [AnySize()]).run(
      &sample, from: 1, mode: mode,
      Pipeline.Streams(item: RandomSource(seed: seed), batch: RandomSource(seed: seed, 7)))
    return sample
  }

  /// The sides of the box in the original around a pixel of a step.
  private func extent(_ step: Sample, _ x: Double, _ y: Double) -> (width: Double, height: Double) {
    let box = step.geometry.source(
      BoundingBox(x0: x - 0.5, y0: y - 0.5, x1: x + 0.5, y1: y + 0.5))
    return (box.width, box.height)
  }

  /// The longest side of the pixels under a point of the original, over all steps of a chain.
  private func coarsest(_ steps: [Sample], _ u: Double, _ v: Double) -> Double {
    steps.map { step in
      let (x, y) = step.geometry.output(x: u, y: v)
      let pixel = extent(step, x, y)
      return max(pixel.width, pixel.height)
    }.max() ?? 1
  }

  /// Whether a point of the original is away from the border of each step of a chain.
  private func isInside(_ steps: [Sample], _ u: Double, _ v: Double) -> Bool {
    let coarsest = coarsest(steps, u, v)
    return steps.allSatisfy { step in
      let (x, y) = step.geometry.output(x: u, y: v)
      let (w, h) = (Double(step.size.width), Double(step.size.height))
      // Pixels of all steps reach over the border of this one.
      let pixel = extent(step, x, y)
      let margin = 2.5 * max(1, max(1, coarsest) / min(pixel.width, pixel.height))
      return x >= margin && y >= margin && x <= w - margin && y <= h - margin
    }
  }

  @Test(
    "each pixel of a random chain was made from where the geometry says, within half a pixel",
    arguments: [PipelineMode.training, .validation])
  func chains(_ mode: PipelineMode) throws {
    var (checked, chains) = (0, 0)
    for seed in 0..<300 as Range<UInt64> {
      var draw = Draw(random: RandomSource(seed: seed, 11))
      let size = draw.size(30...180)
      let given =
        (0..<draw.integer(0...2)).map { _ in draw.item() }
        + (0..<draw.integer(0...4)).map { _ in draw.moving() }
      // In the order in which they run, so that each beginning of the chain draws the same.
      let transforms = given.enumerated().sorted {
        ($0.element.order, $0.offset) < ($1.element.order, $1.offset)
      }.map(\.element)
      let steps = try (0...transforms.count).map {
        try run(Array(transforms[..<$0]), size, seed: seed, mode: mode)
      }
      let result = steps[transforms.count]
      let (width, height) = (result.size.width, result.size.height)
      let isNearest = transforms.contains {
        ($0 as? any CoordinateTransform)?.sampling.mode == .nearest
      }
      chains += 1
      for y in stride(from: 1, to: height, by: max(1, height / 9)) {
        for x in stride(from: 1, to: width, by: max(1, width / 9)) {
          let (u, v) = result.geometry.source(x: Double(x) + 0.5, y: Double(y) + 0.5)
          let back = result.geometry.output(x: u, y: v)
          #expect(
            abs(back.x - Double(x) - 0.5) < 1e-6 && abs(back.y - Double(y) - 0.5) < 1e-6)
          guard isInside(steps, u, v) else { continue }
          let at = y * width + x
          let found = (
            Double(result.values.values[at]), Double(result.values.values[height * width + at])
          )
          // Half a pixel of the coarsest step; the nearest pixel is half a pixel away by itself.
          let slack = 0.5 * max(1, coarsest(steps, u, v)) * (isNearest ? 2.2 : 1)
          #expect(
            abs(found.0 - u) <= slack && abs(found.1 - v) <= slack,
            "at \(x), \(y): \(found), not \((u, v)), seed \(seed) \(size) \(transforms)")
          checked += 1
        }
      }
    }
    #expect(chains == 300 && checked > 1000, "\(checked)")
  }

  @Test("boxes go to the image and back to original pixels within half a pixel")
  func boxes() throws {
    var checked = 0
    for seed in 0..<200 as Range<UInt64> {
      var draw = Draw(random: RandomSource(seed: seed, 12))
      let size = draw.size(60...200)
      let item = draw.item()
      let result = try run([item], size, seed: seed, mode: .training)
      guard result.geometry.isAxisAligned else { continue }
      let box = BoundingBox(
        x0: draw.number(0, 20), y0: draw.number(0, 20), x1: draw.number(25, 50),
        y1: draw.number(25, 50))
      let back = result.geometry.source(result.geometry.output(box))
      for (a, b) in [(back.x0, box.x0), (back.y0, box.y0), (back.x1, box.x1), (back.y1, box.y1)] {
        #expect(abs(a - b) < 1e-6, "\(item)")
      }
      checked += 1
    }
    #expect(checked > 100)
  }

  @Test("area averaging of strongly shrunk images is part of the geometry")
  func areaAveraging() throws {
    // 400 to 50 pixels: the corners of the averaged image are aligned, not those of the image.
    let result = try run(
      [RandomResizedCropGPU(50)], ImageSize(height: 400, width: 400), seed: 1, mode: .validation)
    for x in 0..<50 {
      let u = result.geometry.source(x: Double(x) + 0.5, y: 25).x
      #expect(abs(Double(result.values.values[25 * 50 + x]) - u) < 0.3, "\(x)")
    }
    #expect(result.geometry.source(x: 0.5, y: 0.5).x > 1.5)
  }
}

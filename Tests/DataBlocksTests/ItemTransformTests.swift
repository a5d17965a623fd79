import DataBlocks
import Foundation
import Imaging
import Tensors
import TestSupport
import Testing

@Suite("Transforms of items and colors")
struct ItemTransformTests {
  private func noise(_ width: Int, _ height: Int, channels: Int = 1) -> PixelBuffer {
    var random = RandomSource(seed: 4)
    return PixelBuffer(
      width: width, height: height, channels: channels,
      samples: (0..<(width * height * channels)).map { _ in UInt8(truncatingIfNeeded: random.next())
      })
  }

  private func run(
    _ transforms: [any Transform], _ image: PixelBuffer, mode: PipelineMode = .training,
    seed: UInt64 = 1, batch: UInt64 = 1
  ) throws -> Sample {
    var sample = Sample(.pixels(image))
    try Pipeline(transforms).run(
      &sample, mode: mode,
      Pipeline.Streams(item: RandomSource(seed: seed), batch: RandomSource(seed: batch, 3)))
    return sample
  }

  @Test("CropPad takes the center, and pads where the image is smaller, by fastai's rounding")
  func cropPad() throws {
    let image = PixelBuffer(width: 5, height: 4, channels: 1, samples: Array(1...20))
    let inner = try run([CropPad(ImageSize(height: 2, width: 2))], image, mode: .validation)
    // (4 - 2) / 2 = 1 row, (5 - 2) / 2 = 1 column.
    #expect(inner.image.samples == [7, 8, 12, 13])
    #expect(inner.geometry.source(x: 0, y: 0) == (1, 1))
    let outer = try run([CropPad(ImageSize(height: 4, width: 8))], image, mode: .validation)
    // (5 - 8) // 2 = -2: two columns at the left, one at the right.
    #expect(Array(outer.image.samples[..<8]) == [0, 0, 1, 2, 3, 4, 5, 0])
    let border = try run(
      [CropPad(ImageSize(height: 4, width: 8), padMode: .border)], image, mode: .validation)
    #expect(Array(border.image.samples[..<8]) == [1, 1, 1, 2, 3, 4, 5, 5])
  }

  @Test("RandomCrop: the center in validation, anywhere in training, without resizing")
  func randomCrop() throws {
    let image = noise(30, 20)
    let valid = try run([RandomCrop(10)], image, mode: .validation)
    #expect(valid.image == image.cropped(x: 10, y: 5, width: 10, height: 10))
    var places: Set<[Int]> = []
    for seed in 0..<200 as Range<UInt64> {
      let sample = try run([RandomCrop(10)], image, seed: seed)
      let (x, y) = sample.geometry.source(x: 0, y: 0)
      #expect(sample.image == image.cropped(x: Int(x), y: Int(y), width: 10, height: 10))
      places.insert([Int(x), Int(y)])
    }
    #expect(places.count > 100)
    #expect(places.map { $0[0] }.max() == 20 && places.map { $0[1] }.min() == 0)
    // Larger than the image: zeros around it.
    let padded = try run([RandomCrop(40)], image)
    #expect(padded.image.samples.count { $0 == 0 } >= 1600 - 600)
  }

  @Test("RandomResizedCrop: squished to a larger size and its center in validation")
  func randomResizedCrop() throws {
    let image = noise(60, 90)
    for (size, larger) in [(224, 256), (226, 258), (128, 152)] {
      let found = try run([RandomResizedCrop(size)], image, mode: .validation)
      let squished = image.resized(to: (larger, larger), method: .squish).image
      let start = (larger - size) / 2
      #expect(
        found.image == squished.cropped(x: start, y: start, width: size, height: size), "\(size)")
    }
    // Training: the window has an area and an aspect ratio in their ranges.
    for seed in 0..<100 as Range<UInt64> {
      let sample = try run([RandomResizedCrop(32, minimumScale: 0.2)], image, seed: seed)
      let window = sample.geometry.source(BoundingBox(x0: 0, y0: 0, x1: 32, y1: 32))
      #expect(window.x0 >= 0 && window.x1 <= 60 && window.y0 >= 0 && window.y1 <= 90)
      let share = window.width * window.height / 5400
      #expect(share > 0.18 && share <= 1)
      #expect((0.7...1.4).contains(window.width / window.height))
    }
  }

  @Test("RatioResize: the longer side has the length")
  func ratioResize() throws {
    for (width, height, size) in [
      (100, 80, ImageSize(height: 40, width: 50)), (30, 100, ImageSize(height: 50, width: 15)),
      (7, 7, 50),
    ] {
      let found = try run([RatioResize(50), Sized()], noise(width, height), mode: .validation)
      #expect(found.size == size, "\(width) x \(height)")
    }
  }

  private struct Sized: Transform {
    var order: Int { 98 }
    var effects: TransformEffects { [] }
    func outputSize(of _: ImageSize?) -> ImageSize? { 1 }
    func apply(to sample: inout Sample, _ context: inout TransformContext) {}
  }

  @Test("the eight symmetries are those of Pillow's transpose")
  func symmetries() {
    let image = PixelBuffer(width: 3, height: 2, channels: 1, samples: [1, 2, 3, 4, 5, 6])
    let expected: [[UInt8]] = [
      [1, 2, 3, 4, 5, 6], [3, 2, 1, 6, 5, 4], [4, 5, 6, 1, 2, 3], [3, 6, 2, 5, 1, 4],
      [6, 5, 4, 3, 2, 1], [4, 1, 5, 2, 6, 3], [1, 4, 2, 5, 3, 6], [6, 3, 5, 2, 4, 1],
    ]
    for symmetry in SquareSymmetry.allCases {
      let turned = image.turned(by: symmetry)
      #expect(turned.samples == expected[symmetry.rawValue], "\(symmetry)")
      #expect((turned.width, turned.height) == (symmetry.swapsSides ? (2, 3) : (3, 2)))
      let geometry = symmetry.geometry(height: 2, width: 3)
      for y in 0..<turned.height {
        for x in 0..<turned.width {
          let (u, v) = geometry.source(x: Double(x) + 0.5, y: Double(y) + 0.5)
          #expect(
            turned.samples[y * turned.width + x] == image.samples[Int(v) * 3 + Int(u)])
        }
      }
    }
  }

  @Test("items are flipped and turned in training only, before they are resized")
  func flips() throws {
    let image = noise(20, 12)
    let flip: [any Transform] = [Resize(height: 12, width: 20), FlipItem(probability: 1)]
    #expect(try run(flip, image).image == image.turned(by: .mirrored))
    #expect(try run(flip, image, mode: .validation).image == image)
    #expect(
      Pipeline(flip + [DihedralItem(), CropPad(16)]).transforms.prefix(5).map {
        type(of: $0).name
      } == ["ReadImage", "FlipItem", "DihedralItem", "CropPad", "Resize"])
    var found: Set<[UInt8]> = []
    let square = noise(6, 6)
    for seed in 0..<200 as Range<UInt64> {
      found.insert(
        try run([Resize(6), DihedralItem(probability: 1)], square, seed: seed).image.samples)
    }
    #expect(found == Set(SquareSymmetry.allCases.map { square.turned(by: $0).samples }))
  }

  @Test("saturation blends the logits with their luma, composed with brightness and contrast")
  func saturation() throws {
    let image = noise(9, 7, channels: 3)
    let (saturation, brightness, contrast) = (1.2, 0.6, 0.8)
    var sample = Sample(.pixels(image))
    LogitMap(factor: contrast).then(Saturation.map(saturation)).then(Brightness.map(brightness))
      .then(Saturation.map(1 / saturation)).then(LogitMap(factor: 1.1)).apply(to: &sample)
    var expected = [Float](repeating: 0, count: 9 * 7 * 3)
    for i in 0..<63 {
      var logits = (0..<3).map { c -> Double in
        let x = min(max(Double(image.samples[3 * i + c]) / 255, 1e-7), 1 - 1e-7)
        return log(x / (1 - x)) * contrast
      }
      func saturate(_ s: Double) {
        let luma = 0.2989 * logits[0] + 0.587 * logits[1] + 0.114 * logits[2]
        logits = logits.map { s * $0 + (1 - s) * luma }
      }
      saturate(saturation)
      logits = logits.map { $0 + log(brightness / (1 - brightness)) }
      saturate(1 / saturation)
      for c in 0..<3 { expected[c * 63 + i] = Float(1 / (1 + exp(-1.1 * logits[c]))) }
    }
    expectClose(sample.values.values, expected, absolute: 2e-5)
    // Gray images keep their values, but for the sum of fastai's weights, 0.9999.
    let gray = noise(9, 7)
    let plain = try run([Resize(height: 7, width: 9)], gray)
    let changed = try run([Resize(height: 7, width: 9), Saturation(probability: 1)], gray)
    expectClose(changed.values.values, plain.values.values, absolute: 1e-3)
  }

  @Test("hue turns colors and keeps value and saturation; gray stays gray")
  func hue() throws {
    let colors: [[Float]] = [
      [1, 0, 0], [0, 1, 0], [0, 0, 1], [0.2, 0.5, 0.9], [0.4, 0.4, 0.4], [0.9, 0.1, 0.5],
    ]
    let count = colors.count
    let planes = ImagePlanes(
      channels: 3, height: 1, width: count,
      values: (0..<3).flatMap { c in colors.map { $0[c] } })
    func turned(_ turns: Double) -> [[Float]] {
      var image = planes
      image.shiftHue(turns)
      return (0..<count).map { i in (0..<3).map { image.values[$0 * count + i] } }
    }
    for turns in [0.0, 1, -2] {
      expectClose(turned(turns).flatMap(\.self), colors.flatMap(\.self), absolute: 1e-5)
    }
    // A third of a turn exchanges red, green and blue.
    expectClose(
      turned(1.0 / 3).flatMap(\.self), colors.flatMap { [$0[2], $0[0], $0[1]] }, absolute: 1e-5)
    // Python's colorsys: (0.2, 0.5, 0.9) has hue 0.595238; with 0.1 more it is (0.32, 0.2, 0.9).
    expectClose(turned(0.1)[3], [0.32, 0.2, 0.9], absolute: 1e-4)
    let gray = noise(5, 5)
    #expect(
      try run([Resize(5), Hue(probability: 1)], gray).values
        == run([Resize(5)], gray).values)
  }

  @Test("one draw per batch is the same for all items of the batch")
  func perBatch() throws {
    let image = noise(24, 24, channels: 3)
    let kinds: [(Bool) -> [any Transform]] = [
      { augTransforms(doFlip: true, pAffine: 1, pLighting: 1, isPerBatch: $0) },
      { augTransforms(flipVert: true, maxRotate: 0, maxLighting: 0, maxWarp: 0, isPerBatch: $0) },
      { [Saturation(probability: 1, isPerBatch: $0)] }, { [Hue(probability: 1, isPerBatch: $0)] },
    ]
    for kind in kinds {
      func values(_ isPerBatch: Bool, _ batch: UInt64) throws -> Set<[Float]> {
        try Set(
          (0..<6).map {
            try run([Resize(24, method: .squish)] + kind(isPerBatch), image, seed: $0, batch: batch)
              .values.values
          })
      }
      #expect(try values(true, 1).count == 1)
      #expect(try values(false, 1).count > 1)
    }
  }

  @Test("augTransforms: order, size in both modes, and a random window in place of it")
  func augmentations() throws {
    func names(_ transforms: [any Transform]) -> [String] { transforms.map { type(of: $0).name } }
    let size = ImageSize(height: 20, width: 28)
    let sized = augTransforms(extra: [Hue(), RandomErasing(), Saturation()], size: size)
    #expect(
      names(sized) == [
        "Hue", "RandomErasing", "Flip", "Warp", "Rotate", "Zoom", "Brightness", "Contrast",
        "Saturation",
      ])
    let pipeline = Pipeline(sized)
    #expect(pipeline.inputSize == size)
    let prepared = try pipeline.prepare(noise(40, 30))
    #expect(prepared.input.shape == [1, 3, 20, 28])
    #expect(abs(prepared.geometry.source(x: 14, y: 10).x - 20) < 1e-9)
    let window = augTransforms(size: size, minScale: 0.5)
    #expect(names(window)[0] == "RandomResizedCropGPU")
    #expect(Pipeline(window).inputSize == size)
    #expect(try run(window, noise(50, 60)).size == size)
    let border = augTransforms(
      mode: .nearest, padMode: .zeros, alignsCorners: false, isPerBatch: true)
    let stored = try JSONDecoder().decode(
      Pipeline.self, from: JSONEncoder().encode(Pipeline(border + [Resize(8)])))
    #expect(
      stored == Pipeline(border + [Resize(8)]) && stored != Pipeline(augTransforms() + [Resize(8)]))
    // Defaults are stored as before.
    let plain = String(decoding: try JSONEncoder().encode(Flip()), as: UTF8.self)
    #expect(plain == #"{"probability":0.5}"#)
  }

  @Test("all new transforms survive JSON, and wrong settings are named")
  func coding() throws {
    let all: [any Transform] = [
      CropPad(ImageSize(height: 9, width: 8), padMode: .border), FlipItem(probability: 0.25),
      DihedralItem(), RatioResize(40), RandomCrop(12), RandomResizedCrop(20, validationMargin: 0.2),
      RandomResizedCropGPU(ImageSize(height: 10, width: 14)), Saturation(), Hue(isPerBatch: true),
      Normalize.measured(channels: 1),
    ]
    let pipeline = Pipeline(all)
    #expect(pipeline.inputSize == ImageSize(height: 10, width: 14) && pipeline.inputChannels == 1)
    let data = try JSONEncoder().encode(pipeline)
    #expect(try JSONDecoder().decode(Pipeline.self, from: data) == pipeline)
    let bad = [
      ("Zoom", #"{"minimum":1,"maximum":0.5,"probability":0.5}"#, "maximum is 0.5"),
      ("CropPad", #"{"size":{"height":0,"width":8},"padMode":"zeros"}"#, "size.height is 0"),
      ("RatioResize", #"{"maximumSize":0}"#, "maximumSize is 0"),
      ("Hue", #"{"maximumChange":1,"probability":0.5}"#, "maximumChange is 1"),
      ("Normalize", #"{"measuredChannels":0}"#, "measuredChannels is 0"),
      ("Normalize", #"{"measuredChannels":1,"mean":[1],"standardDeviation":[1]}"#, "are known"),
      (
        "Flip",
        #"{"probability":0.5,"options":{"isPerBatch":false,"sampling":{"size":{"height":0,"width":1},"mode":"bilinear","padMode":"zeros","alignsCorners":true}}}"#,
        "size.height is 0"
      ),
    ]
    for (name, settings, fault) in bad {
      let json =
        #"[{"name":"RandomCrop","settings":{"size":{"height":8,"width":8}}},"#
        + #"{"name":"\#(name)","settings":\#(settings)}]"#
      let error = #expect(throws: DataError.self, "\(name)") {
        try JSONDecoder().decode(Pipeline.self, from: Data(json.utf8))
      }
      #expect("\(error.map { "\($0)" } ?? "")".contains(fault), "\(name) \(settings)")
    }
  }
}

import DataBlocks
import Files
import Foundation
import Imaging
import Tensors
import TestSupport
import Testing

/// A transform of a user: nothing but the protocol's requirements.
struct Invert: Transform {
  var strength: Float = 1
  var effects: TransformEffects { .pixels }
  func apply(to sample: inout Sample, _ context: inout TransformContext) {
    sample.updateValues { image in
      for i in image.values.indices { image.values[i] += strength * (1 - 2 * image.values[i]) }
    }
  }
}

private struct Unknown: Transform {
  var effects: TransformEffects { [] }
  func apply(to sample: inout Sample, _ context: inout TransformContext) {}
}

private struct Failing: Transform {
  struct Failure: Error {}
  var effects: TransformEffects { [] }
  func apply(to sample: inout Sample, _ context: inout TransformContext) throws { throw Failure() }
}

@Suite("Pipelines")
struct PipelineTests {
  private func noise(_ width: Int, _ height: Int, channels: Int = 1) -> PixelBuffer {
    var random = RandomSource(seed: 3)
    return PixelBuffer(
      width: width, height: height, channels: channels,
      samples: (0..<(width * height * channels)).map { _ in UInt8(truncatingIfNeeded: random.next())
      })
  }

  private func run(_ pipeline: Pipeline, _ image: PixelBuffer, seed: UInt64 = 1) throws -> Sample {
    var sample = Sample(.pixels(image))
    try pipeline.run(
      &sample, mode: .training,
      Pipeline.Streams(item: RandomSource(seed: seed), batch: RandomSource(seed: seed, 9)))
    return sample
  }

  @Test("transforms run in fastai's order, whatever order they are given in")
  func order() {
    let pipeline = Pipeline(
      [RandomErasing(), Normalize.imageNet, Invert()] + augTransforms() + [
        RandomResizedCropGPU(16), Resize(24), ReadImage(),
      ])
    #expect(
      pipeline.transforms.map { type(of: $0).name } == [
        "ReadImage", "Resize", "RandomResizedCropGPU", "Flip", "Warp", "Rotate", "Zoom",
        "Brightness", "Contrast", "Invert", "Normalize", "RandomErasing",
      ])
    #expect(pipeline.inputSize == ImageSize(height: 16, width: 16) && pipeline.inputChannels == 3)
  }

  @Test("a pipeline without a fixed size is refused")
  func noSize() async {
    await #expect(processExitsWith: .failure) { _ = Pipeline([Flip()]) }
    #expect(throws: DataError(.noFixedSize(transforms: ["ReadImage", "Flip", "Normalize"]))) {
      try Pipeline(checking: [Flip()])
    }
  }

  @Test("the numbers of a transform do not depend on the transforms beside it")
  func streams() throws {
    let image = noise(40, 40)
    let alone = try run(Pipeline([Resize(32), Brightness(probability: 1)]), image)
    let beside = try run(
      Pipeline([Resize(32), Flip(probability: 0), Brightness(probability: 1)]), image)
    #expect(alone.values == beside.values)
    let other = try run(Pipeline([Resize(32), Brightness(probability: 1)]), image, seed: 2)
    #expect(alone.values != other.values)
    // Two of one kind draw different numbers.
    let twice = try run(
      Pipeline([Resize(32), Brightness(probability: 1), Brightness(probability: 1)]), image)
    #expect(alone.values != twice.values)
  }

  @Test("neighbors are fused into one resampling: two rotations are one")
  func fusion() throws {
    let image = noise(30, 30)
    let both = try run(
      Pipeline([
        Resize(30), FixedMove(kind: .rotate, numbers: [20]),
        FixedMove(kind: .rotate, numbers: [-20]),
      ]), image)
    let none = try run(Pipeline([Resize(30)]), image)
    expectClose(both.values.values, none.values.values, absolute: 1e-4)
    // Light composes too: a change and its opposite.
    let light = try run(
      Pipeline([Resize(30), FixedLight(shift: 0.5), FixedLight(shift: -0.5)]),
      PixelBuffer(width: 30, height: 30, channels: 1, filledWith: 90))
    expectClose(light.values.values, [Float](repeating: 90 / 255, count: 900), absolute: 1e-6)
  }

  @Test("the geometry leads from every pixel to where its value came from")
  func geometry() throws {
    // A ramp: the value of a pixel is its place along one axis, so resampled values tell the place.
    let (width, height) = (90, 70)
    let moves: [any Transform] = [
      FixedMove(kind: .flip), FixedMove(kind: .rotate, numbers: [12]),
      FixedMove(kind: .zoom, numbers: [1.3, 0.4, 0.6]),
      FixedMove(kind: .warp, numbers: [0.06, -0.04]),
    ]
    for (moves, slack) in [
      (Array(moves.prefix(1)), 0.02), (Array(moves.prefix(3)), 0.02), (moves, 0.02),
    ] {
      for alongX in [true, false] {
        let ramp = ImagePlanes(
          channels: 1, height: height, width: width,
          values: (0..<(height * width)).map {
            (alongX ? Float($0 % width) : Float($0 / width)) + 0.5
          })
        var sample = Sample(.pixels(noise(width, height)))
        sample.values = ramp
        try Pipeline(
          [Resize(height: height, width: width)] + moves + [FixedSize(height: height, width: width)]
        )
        .run(&sample, from: 2, mode: .training)
        var checked = 0
        for y in stride(from: 10, to: height - 10, by: 7) {
          for x in stride(from: 10, to: width - 10, by: 7) {
            let (u, v) = sample.geometry.source(x: Double(x) + 0.5, y: Double(y) + 0.5)
            guard (1...Double(width - 1)).contains(u), (1...Double(height - 1)).contains(v) else {
              continue
            }
            let found = Double(sample.values.values[y * width + x])
            #expect(abs(found - (alongX ? u : v)) < slack, "(\(x), \(y))")
            checked += 1
            let back = sample.geometry.output(x: u, y: v)
            #expect(abs(back.x - Double(x) - 0.5) < 1e-9 && abs(back.y - Double(y) - 0.5) < 1e-9)
          }
        }
        #expect(checked > 40)
      }
    }
  }

  @Test("boxes and masks follow the geometry")
  func annotations() throws {
    var sample = Sample(.pixels(noise(100, 80)))
    sample.boxes = [
      LabeledBox(BoundingBox(x0: 20, y0: 10, x1: 40, y1: 30), label: "a"),
      LabeledBox(BoundingBox(x0: 0, y0: 0, x1: 5, y1: 5), label: "outside"),
    ]
    var mask = PixelBuffer(width: 100, height: 80, channels: 1)
    for y in 10..<30 { for x in 20..<40 { mask.samples[y * 100 + x] = 255 } }
    sample.masks = [mask]
    // The center square of 80, to 40: half the size; then mirrored.
    try Pipeline([Resize(40), FixedMove(kind: .flip)]).run(&sample, mode: .validation)
    let inImage = sample.boxesInImage
    #expect(inImage.map(\.label) == ["a"])
    #expect(inImage[0].box == BoundingBox(x0: 5, y0: 5, x1: 15, y1: 15))
    var trained = sample
    trained = Sample(.pixels(noise(100, 80)))
    trained.masks = [mask]
    try Pipeline([
      FixedResize(size: 40, method: .crop, padMode: .reflection, place: [0.5, 0.5]),
      FixedMove(kind: .flip),
    ])
    .run(&trained, mode: .training)
    let placed = try #require(trained.masksInImage.first)
    for y in 0..<40 {
      for x in 0..<40 {
        let isInside = (5..<15).contains(y) && (25..<35).contains(x)
        #expect((placed.samples[y * 40 + x] == 255) == isInside, "(\(x), \(y))")
      }
    }
  }

  @Test("a pipeline survives JSON; an unregistered transform is named with the remedy")
  func coding() throws {
    let all: [any Transform] = [
      ReadImage(intensity: .window(center: 40, width: 80), frame: 2),
      Resize(height: 30, width: 40, method: .pad, padMode: .border),
      RandomResizedCropGPU(16, minimumScale: 0.3, ratio: (0.9, 1.1), validScale: 0.9), Dihedral(),
      RandomErasing(maximumCount: 3),
      Normalize(mean: [0.5], standardDeviation: [0.25]),
    ]
    let pipeline = Pipeline(all + augTransforms())
    let data = try JSONEncoder().encode(pipeline)
    #expect(try JSONDecoder().decode(Pipeline.self, from: data) == pipeline)
    #expect(try JSONDecoder().decode(Pipeline.self, from: data) != Pipeline([Resize(30)]))

    let own = try JSONEncoder().encode(Pipeline([Resize(30), Unknown()]))
    do {
      _ = try JSONDecoder().decode(Pipeline.self, from: own)
      Issue.record("an unregistered transform was decoded")
    } catch {
      #expect(
        "\(error)"
          == "the pipeline uses the transform \"Unknown\", which is not registered; "
          + "call Pipeline.register(Unknown.self) before loading")
    }
    let inverted = Pipeline([Resize(30), Invert(strength: 0.5)])
    Pipeline.register(Invert.self)
    #expect(
      try JSONDecoder().decode(Pipeline.self, from: JSONEncoder().encode(inverted)) == inverted)
  }

  @Test(
    "preparing a file, its bytes and its pixels gives the same input, and what the loader gives")
  func prepare() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pipe-\(UUID())")
      .path
    try createFolder(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (image, path) = (noise(50, 40, channels: 3), folder + "/a.png")
    try PNG.write(image, to: path)
    let pipeline = Pipeline(augTransforms() + [Resize(32), RandomResizedCropGPU(24)])
    let prepared = try pipeline.prepare(path)
    #expect(prepared.original == image && prepared.input.shape == [1, 3, 24, 24])
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(try pipeline.prepare(bytes: bytes).input.floatScalars == prepared.input.floatScalars)
    #expect(try pipeline.prepare(image).input.floatScalars == prepared.input.floatScalars)
    let loader = try DataLoader(
      [DataItem(path: path)], pipeline: pipeline, target: CategoryBlock(vocab: ["a", "b"]),
      mode: .validation, batchSize: 1)
    var iterator = loader.batches(epoch: 0)
    let batch = try #require(try iterator.next())
    #expect(batch.inputs.floatScalars == prepared.input.floatScalars && batch.targets == nil)
  }

  @Test("errors name the file once, with the facts of the reader's error")
  func errors() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pipe-\(UUID())")
      .path
    try createFolder(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let pipeline = Pipeline([Resize(8)])
    let missing = folder + "/none.dcm"
    for path in [missing] {
      do {
        _ = try pipeline.prepare(path)
        Issue.record("a missing file was read")
      } catch {
        #expect(error.path == path)
        #expect("\(error)".components(separatedBy: path).count == 2, "\(error)")
      }
    }
    #expect(throws: DataError(.channels(3, expected: 1))) {
      try Pipeline([Resize(8), Normalize(mean: [0.5], standardDeviation: [1])])
        .prepare(noise(10, 10, channels: 3))
    }
    #expect(throws: DataError(.transformFailed(name: "Failing", problem: "Failure()"))) {
      try Pipeline([Resize(8), Failing()]).prepare(noise(10, 10))
    }
  }

  @Test("the intensity window is part of the pipeline: the same file, other gray values")
  func intensity() throws {
    let path = Fixture.path("dicom/files/CT_small.dcm")
    func values(_ intensity: DICOMIntensity) throws -> [Float] {
      try Pipeline([ReadImage(intensity: intensity), Resize(16)]).prepare(path).input.floatScalars
    }
    let automatic = try values(.automatic)
    #expect(try values(.window(center: 40, width: 400)) != automatic)
    let block = DataBlock<DataItem>(
      blocks: (ImageBlock(intensity: .windowed(.lungs)), CategoryBlock()),
      itemTransforms: [Resize(16)])
    #expect(block.pipeline == Pipeline([ReadImage(intensity: .windowed(.lungs)), Resize(16)]))
    #expect(try block.pipeline.prepare(path).input.floatScalars == values(.windowed(.lungs)))
  }
}

/// States the size of images that are not resized.
private struct FixedSize: Transform {
  var height: Int
  var width: Int
  var order: Int { 98 }
  var effects: TransformEffects { [] }
  func outputSize(of _: ImageSize?) -> ImageSize? { ImageSize(height: height, width: width) }
  func apply(to sample: inout Sample, _ context: inout TransformContext) {}
}

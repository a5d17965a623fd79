import DataBlocks
import Foundation
import Imaging
import Tensors
import TestSupport
import Testing

@Suite("Measured normalization and depth")
struct MeasuredNormalizeTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("measure-\(UUID())")
      .path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func items(_ folder: String, channels: Int) throws -> [DataItem] {
    var random = RandomSource(seed: 8)
    return try (0..<8).map { i in
      let samples = (0..<(20 * 16 * channels)).map { k in
        UInt8(random.next() % UInt64(100 + 20 * i)) / (channels == 3 && k % 3 == 0 ? 2 : 1)
      }
      let path = "\(folder)/\(i).png"
      try PNG.write(
        PixelBuffer(width: 20, height: 16, channels: channels, samples: samples), to: path)
      return DataItem(path: path, label: i % 2 == 0 ? "a" : "b")
    }
  }

  @Test(
    "mean and deviation of the training items, in one pass, whatever the workers",
    arguments: [1, 3])
  func measured(_ channels: Int) throws {
    try withFolder { folder in
      let items = try items(folder, channels: channels)
      let transforms: [any Transform] = [Resize(height: 16, width: 20), Normalize.measured()]
      let given = Pipeline(transforms + augTransforms())
      var found: [Normalize] = []
      for workers in [0, 1, 3] {
        let loaders = try DataLoaders(
          train: Array(items[..<6]), valid: Array(items[6...]), pipeline: given, batchSize: 2,
          workers: workers)
        found.append(try #require(loaders.pipeline.transforms.last as? Normalize))
        #expect(
          loaders.valid?.pipeline == loaders.pipeline && loaders.train.pipeline == loaders.pipeline)
        // The numbers are recorded.
        let stored = try JSONDecoder().decode(
          Pipeline.self, from: JSONEncoder().encode(loaders.pipeline))
        #expect(stored == loaders.pipeline)
      }
      #expect(found[0] == found[1] && found[1] == found[2])
      for c in 0..<3 {
        let values = try items[..<6].flatMap { item in
          let image = try PixelBuffer(contentsOfImage: item.path)
          return (0..<320).map { Double(image.samples[$0 * channels + c % channels]) / 255 }
        }
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        #expect(abs(Double(found[0].mean[c]) - mean) < 1e-6)
        #expect(abs(Double(found[0].standardDeviation[c]) - variance.squareRoot()) < 1e-6)
      }
      #expect(throws: DataError(.notMeasured)) {
        try given.prepare(PixelBuffer(width: 20, height: 16, channels: channels))
      }
    }
  }

  @Test("an unreadable item stops the measurement with its name, or is left out")
  func unreadable() throws {
    try withFolder { folder in
      var items = try items(folder, channels: 1)
      try Data("no image".utf8).write(to: URL(fileURLWithPath: folder + "/x.png"))
      items.insert(DataItem(path: folder + "/x.png", label: "a"), at: 2)
      let pipeline = Pipeline([Resize(16), Normalize.measured()])
      let error = #expect(throws: DataError.self) { try pipeline.measured(on: items, workers: 3) }
      #expect(error?.path == folder + "/x.png")
      let skipped = try pipeline.measured(on: items, unreadable: .skip)
      items.remove(at: 2)
      #expect(try skipped == pipeline.measured(on: items))
      #expect(throws: DataError.self) {
        try pipeline.measured(on: [DataItem(path: folder + "/x.png")], unreadable: .skip)
      }
    }
  }

  @Test("files of more than 8 bits keep their gray levels, unless 8 bits are asked for")
  func depth() throws {
    try withFolder { folder in
      let (width, height) = (40, 40)
      let values = (0..<1600).map { UInt16($0 * 2) }
      try DICOMImageWriter().write(
        values, width: width, height: height, bitsStored: 12, to: folder + "/a.dcm")
      let scalars = ScalarImage(width: width, height: height, values: values.map { Float($0) * 20 })
      try Data(PNG.encode16(scalars)).write(to: URL(fileURLWithPath: folder + "/a.png"))
      func input(_ name: String, _ depth: ImageDepth, size: Int = 40) throws -> PreparedImage {
        try Pipeline([
          ReadImage(intensity: .minMax, depth: depth), Resize(size),
          Normalize(mean: [0], standardDeviation: [1]),
        ]).prepare(folder + "/" + name)
      }
      for name in ["a.dcm", "a.png"] {
        let (deep, bytes) = (try input(name, .file), try input(name, .eight))
        #expect(Set(deep.input.floatScalars).count == 1600, "\(name)")
        #expect(Set(bytes.input.floatScalars).count <= 256, "\(name)")
        expectClose(deep.input.floatScalars, bytes.input.floatScalars, absolute: 0.6 / 255 + 0.004)
        #expect(deep.original.channels == 1 && deep.original.width == width)
        let largest: Float = name == "a.dcm" ? 3198 : 65535 / 20
        expectClose(
          deep.input.floatScalars, values.map { Float($0) / largest }, absolute: 1e-6, name)
        #expect(Set(try input(name, .file, size: 30).input.floatScalars).count > 500)
      }
      // Pipelines that were stored before have 8 bits.
      let old =
        #"[{"name":"ReadImage","settings":{"intensity":{"kind":"automatic"}}},"#
        + #"{"name":"RandomCrop","settings":{"size":{"height":8,"width":8}}}]"#
      let pipeline = try JSONDecoder().decode(Pipeline.self, from: Data(old.utf8))
      #expect(pipeline == Pipeline([ReadImage(depth: .eight), RandomCrop(8)]))
      // Every item transform works on deep images, as on pictures.
      let transforms: [any Transform] = [
        Resize(20, method: .pad, padMode: .border), RandomResizedCrop(20), RandomCrop(20),
        CropPad(20), RatioResize(20),
      ]
      for transform in transforms {
        for mode in [PipelineMode.training, .validation] {
          func run(_ depth: ImageDepth) throws -> [Float] {
            var sample = Sample(.file(folder + "/a.dcm"))
            try Pipeline([
              ReadImage(intensity: .minMax, depth: depth), transform, FlipItem(probability: 1),
              DihedralItem(probability: 1), RandomResizedCropGPU(20),
            ]).run(
              &sample, mode: mode,
              Pipeline.Streams(item: RandomSource(seed: 3), batch: RandomSource(seed: 4)))
            return sample.values.values
          }
          expectClose(try run(.file), try run(.eight), absolute: 1.6 / 255, "\(transform)")
        }
      }
    }
  }

  @Test("several windows are channels, and the model takes as many")
  func channels() throws {
    let path = Fixture.path("dicom/files/CT_small.dcm")
    let intensity = try DICOMIntensity("lungs+mediastinum+brain")
    let prepared = try Pipeline([
      ReadImage(intensity: intensity), Resize(128),
      Normalize(mean: [0, 0, 0], standardDeviation: [1, 1, 1]),
    ]).prepare(path)
    let file = try DICOMFile(contentsOf: path)
    let expected = try file.toNChannels(
      [(1500, -600), (350, 50), (80, 40)], addsHistScaled: false)
    expectClose(prepared.input.floatScalars, expected.flatMap(\.values), absolute: 1e-6)
    #expect(prepared.original.channels == 3)
    let error = #expect(throws: DataError.self) {
      try Pipeline([ReadImage(intensity: DICOMIntensity("lungs+brain")), Resize(16)]).prepare(path)
    }
    #expect(error?.reason == .channels(2, expected: 3))
  }

  @Test("the size of PNG, JPEG and DICOM files, and what a crop cuts off")
  func cropWarning() throws {
    try withFolder { folder in
      for (name, width, height) in [("a.png", 30, 20), ("a.jpg", 17, 40), ("b.jpeg", 20, 20)] {
        let image = PixelBuffer(width: width, height: height, channels: 3, filledWith: 9)
        try image.write(to: "\(folder)/\(name)")
        #expect(
          ItemFacts(header: "\(folder)/\(name)").size == ImageSize(height: height, width: width))
      }
      #expect(ItemFacts(header: Fixture.path("dicom/files/CT_small.dcm")).size == 128)
      let sizes: [ImageSize] = [
        20, ImageSize(height: 20, width: 22), ImageSize(height: 20, width: 30),
        ImageSize(height: 50, width: 20),
      ]
      let warning = Pipeline([Resize(224)]).cropWarning(of: sizes)
      #expect(
        warning?.description
          == "the crop to 224 x 224 cuts more than a tenth off 2 of 4 films (50 %); "
          + "--resize pad or squish keeps them whole")
      for method in [ResizeMethod.pad, .squish] {
        #expect(Pipeline([Resize(224, method: method)]).cropWarning(of: sizes) == nil)
      }
      #expect(Pipeline([Resize(224)]).cropWarning(of: [20, 30]) == nil)
    }
  }
}

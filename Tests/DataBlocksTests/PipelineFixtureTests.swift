import DataBlocks
import Foundation
import Imaging
import Tensors
import TestSupport
import Testing

@Suite("Whole pipelines against fastai, with given draws")
struct PipelineFixtureTests {
  private struct File: Decodable {
    struct Case: Decodable {
      let name: String
      let op: String
      let input: String?
      let images: [String]?
      let item_size: Int?
      let method: ResizeMethod?
      let pad_mode: PadMode?
      let resize_pcts: [[Double]]?
      let batch_size: Int?
      let crop: [[Int]]?
      let draws: [String: [Double]]?
    }
    let cases: [Case]
  }

  private let cases: [File.Case]
  private let tensors: [String: FixtureTensor]

  init() throws {
    cases = try Fixture.json("augment/pipeline.json", as: File.self).cases
    tensors = try SafetensorsFixture.load("augment/pipeline.safetensors")
    #expect(cases.count == 4)
  }

  private func image(_ name: String) throws -> PixelBuffer {
    let image = try #require(tensors["image/\(name)"])
    return PixelBuffer(
      width: image.shape[1], height: image.shape[0],
      channels: image.shape.count == 2 ? 1 : image.shape[2],
      samples: image.integers.map { UInt8($0) })
  }

  /// The values of one item of a batch.
  private func item(_ name: String, _ index: Int) throws -> [Float] {
    let batch = try #require(tensors[name])
    let count = batch.shape.dropFirst().reduce(1, *)
    return Array(batch.floats[(index * count)..<((index + 1) * count)])
  }

  @Test("normalization of RGB, and of gray into three channels")
  func normalize() throws {
    let tests = cases.filter { $0.op == "normalize" }
    #expect(tests.count == 2)
    for test in tests {
      let picture = try image(try #require(test.input))
      let pipeline = Pipeline([Resize(height: picture.height, width: picture.width)])
      let input = try pipeline.prepare(picture).input
      expectClose(
        input.floatScalars, try #require(tensors[test.name]).floats, absolute: 2e-6, test.name)
    }
  }

  @Test("training, stage by stage: resize, crop, affine, lighting, normalization")
  func training() throws {
    let tests = cases.filter { $0.op == "pipeline" }
    #expect(tests.count == 2)
    for test in tests {
      let draws = try #require(test.draws)
      let size = try #require(test.batch_size)
      for (i, name) in try #require(test.images).enumerated() {
        func draw(_ key: String) throws -> Double { try #require(draws[key])[i] }
        let brightness = try draw("brightness")
        let stages: [(String, [any Transform])] = [
          (
            "items",
            [
              FixedResize(
                size: try #require(test.item_size),
                method: try #require(test.method), padMode: try #require(test.pad_mode),
                place: try #require(test.resize_pcts)[i])
            ]
          ),
          ("cropped", [FixedCrop(size: size, window: try #require(test.crop))]),
          (
            "affine",
            [
              FixedMove(kind: .warp, numbers: [try draw("warp_x"), try draw("warp_y")]),
              FixedMove(kind: .rotate, numbers: [try draw("rotate")]),
              FixedMove(
                kind: .zoom,
                numbers: [try draw("zoom"), try draw("zoom_x"), try draw("zoom_y")]),
            ]
          ),
          (
            "lighting",
            [
              FixedLight(shift: log(brightness / (1 - brightness))),
              FixedLight(factor: try draw("contrast")),
            ]
          ),
        ]
        var transforms: [any Transform] = []
        for (stage, added) in stages {
          transforms += added
          // In reverse, since the pipeline puts them in order.
          let pipeline = Pipeline(transforms)
          var sample = Sample(.pixels(try image(name)))
          try pipeline.run(&sample, mode: .training)
          let expected = try item("\(test.name)/train/\(stage)", i)
          let found = sample.is8Bit ? sample.values.values.map { $0 * 255 } : sample.values.values
          expectClose(
            found, expected, absolute: sample.is8Bit ? 1e-3 : 3e-5, "\(test.name) \(i) \(stage)")
        }
        let pipeline = Pipeline(transforms)
        var sample = Sample(.pixels(try image(name)))
        try pipeline.run(&sample, mode: .training)
        let batch = Tensor.zeros([1, 3, size, size])
        try pipeline.write(sample, into: batch, item: 0)
        expectClose(
          batch.floatScalars, try item("\(test.name)/train/normalized", i), absolute: 2e-4,
          "\(test.name) \(i) normalized")
      }
    }
  }

  @Test("validation, stage by stage, with the transforms themselves")
  func validation() throws {
    for test in cases where test.op == "pipeline" {
      let size = try #require(test.batch_size)
      let (method, padMode) = (try #require(test.method), try #require(test.pad_mode))
      let resize = Resize(try #require(test.item_size), method: method, padMode: padMode)
      for (i, name) in try #require(test.images).enumerated() {
        var sample = Sample(.pixels(try image(name)))
        try Pipeline([resize]).run(&sample, mode: .validation)
        expectClose(
          sample.values.values.map { $0 * 255 }, try item("\(test.name)/valid/items", i),
          absolute: 1e-3, "items")
        let pipeline = Pipeline(augTransforms(maxWarp: 0.1) + [RandomResizedCropGPU(size), resize])
        sample = Sample(.pixels(try image(name)))
        try pipeline.run(&sample, mode: .validation)
        for stage in ["cropped", "affine"] {
          expectClose(
            sample.values.values, try item("\(test.name)/valid/\(stage)", i), absolute: 1e-5, stage)
        }
        expectClose(
          try pipeline.prepare(try image(name)).input.floatScalars,
          try item("\(test.name)/valid/normalized", i), absolute: 5e-5, "normalized")
      }
    }
  }
}

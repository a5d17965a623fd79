import DataBlocks
import Foundation
import Imaging
import Tensors
import TestSupport
import Testing

@Suite("Transforms against fastai")
struct TransformFixtureTests {
  private func cases(_ op: String) throws -> [[String: Any]] {
    let data = try Data(contentsOf: Fixture.url("augment/transforms.json"))
    let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let all = try #require(json["cases"] as? [[String: Any]])
    #expect(all.count == 63)
    return all.filter { $0["op"] as? String == op }
  }

  private func sample(_ tensors: [String: FixtureTensor], _ name: String) throws -> Sample {
    let image = try #require(tensors["image/\(name)"])
    return Sample(
      .pixels(
        PixelBuffer(
          width: image.shape[1], height: image.shape[0],
          channels: image.shape.count == 2 ? 1 : image.shape[2],
          samples: image.integers.map { UInt8($0) })))
  }

  private func map(_ step: [Any]) throws -> CoordinateMap {
    let listed = step[1] as? [NSNumber] ?? (step[1] as? NSNumber).map { [$0] }
    let numbers = try #require(listed).map(\.doubleValue)
    switch step[0] as? String {
    case "flip": return numbers[0] == 1 ? Flip.map : .affine([1, 0, 0, 0, 1, 0])
    case "dihedral": return Dihedral.map(Int(numbers[0]))
    case "rotate": return Rotate.map(degrees: numbers[0])
    case "zoom": return Zoom.map(numbers[0], center: (numbers[1], numbers[2]))
    case "warp": return Warp.map(x: numbers[0], y: numbers[1])
    default: fatalError("\(step)")
    }
  }

  /// The options of fastai's affine transforms.
  private func sampling(_ test: [String: Any]) throws -> CoordinateSampling {
    var sampling = CoordinateSampling()
    if let size = test["size"] as? [Int] {
      sampling.size = ImageSize(height: size[0], width: size[1])
    }
    if let mode = test["mode"] as? String {
      sampling.mode = try #require(Resampling(rawValue: mode))
    }
    if let padMode = test["pad_mode"] as? String {
      sampling.padMode = try #require(PadMode(rawValue: padMode))
    }
    if let aligns = test["align_corners"] as? Bool { sampling.alignsCorners = aligns }
    return sampling
  }

  @Test("flips, rotation, zoom and warp composed into one resampling, with all options")
  func affine() throws {
    let tensors = try SafetensorsFixture.load("augment/transforms.safetensors")
    var options = 0
    let tests = try cases("affine")
    #expect(tests.count == 40)
    for test in tests {
      let name = try #require(test["output"] as? String)
      let steps = try #require(test["steps"] as? [[Any]])
      var sample = try sample(tensors, try #require(test["input"] as? String))
      let sampling = try sampling(test)
      CoordinateMap.apply(try steps.map(map), sampling, to: &sample)
      let expected = try #require(tensors[name])
      #expect(
        [sample.channels, sample.size.height, sample.size.width] == Array(expected.shape.suffix(3)),
        "\(name)")
      expectClose(
        sample.values.values, expected.floats, absolute: 2e-5, "\(name) \(steps) \(sampling)")
      options += sampling == CoordinateSampling() ? 0 : 1
    }
    #expect(options == 13)
  }

  @Test("images as planes: bytes and ten bits, as integers and divided by 255")
  func tensors() throws {
    struct Case: Decodable { let name, op, input, output: String }
    let tests = try Fixture.json("augment/tensors.json", as: [Case].self)
    let tensors = try SafetensorsFixture.load("augment/tensors.safetensors")
    #expect(tests.count == 6)
    for test in tests {
      let image = try #require(tensors["image/\(test.input)"])
      let expected = try #require(tensors[test.output])
      let (height, width) = (image.shape[0], image.shape[1])
      let planes =
        image.dtype == "U8"
        ? try sample(tensors, test.input).values
        : ImagePlanes(
          channels: 1, height: height, width: width, values: image.floats.map { $0 / 255 })
      #expect(
        [planes.channels, planes.height, planes.width] == Array(expected.shape.suffix(3)),
        "\(test.name)")
      let values =
        test.op == "to_tensor" ? planes.values.map { ($0 * 255).rounded() } : planes.values
      expectClose(values, expected.floats, absolute: 1e-6, test.name)
    }
  }

  @Test("brightness and contrast in any order, composed into one pass")
  func lighting() throws {
    let tensors = try SafetensorsFixture.load("augment/transforms.safetensors")
    let tests = try cases("lighting")
    #expect(tests.count == 13)
    for test in tests {
      var whole = LogitMap()
      for step in try #require(test["steps"] as? [[Any]]) {
        let value = try #require(step[1] as? NSNumber).doubleValue
        whole = whole.then(
          step[0] as? String == "brightness" ? Brightness.map(value) : LogitMap(factor: value))
      }
      var sample = try sample(tensors, try #require(test["input"] as? String))
      whole.apply(to: &sample)
      let name = try #require(test["output"] as? String)
      expectClose(
        sample.values.values, try #require(tensors[name]).floats, absolute: 1e-5, name)
    }
  }

  @Test("crops resampled to a fixed size")
  func crops() throws {
    let tensors = try SafetensorsFixture.load("augment/transforms.safetensors")
    let tests = try cases("crop_gpu")
    #expect(tests.count == 7)
    for test in tests {
      let (size, crop) = (
        try #require(test["size"] as? [Int]), try #require(test["crop"] as? [[Int]])
      )
      let image = try sample(tensors, try #require(test["input"] as? String)).values
      let result = image.cropped(
        top: crop[0][0], left: crop[0][1], height: crop[1][0], width: crop[1][1]
      )
      .resampled(height: size[0], width: size[1], affine: [1, 0, 0, 0, 1, 0]).image
      let name = try #require(test["output"] as? String)
      expectClose(result.values, try #require(tensors[name]).floats, absolute: 1e-5, name)
    }
  }

  @Test("RandomResizedCropGPU in validation")
  func validationCrops() throws {
    let tensors = try SafetensorsFixture.load("augment/transforms.safetensors")
    let tests = try cases("crop_gpu_valid")
    #expect(tests.count == 3)
    for test in tests {
      let ratio = try #require(test["ratio"] as? [Double])
      let scale = try #require(test["valid_scale"] as? NSNumber).doubleValue
      let size = try #require(test["size"] as? [Int])
      let pipeline = Pipeline([
        RandomResizedCropGPU(size[0], ratio: (ratio[0], ratio[1]), validScale: scale)
      ])
      var sample = try sample(tensors, try #require(test["input"] as? String))
      try pipeline.run(&sample, mode: .validation)
      let name = try #require(test["output"] as? String)
      expectClose(
        sample.values.values, try #require(tensors[name]).floats, absolute: 1e-5, name)
    }
  }
}

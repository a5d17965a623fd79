import DataBlocks
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Augmentation against fastai")
struct AugmentationTests {
  private func cases(_ op: String) throws -> [[String: Any]] {
    let data = try Data(contentsOf: Fixture.url("augment/transforms.json"))
    let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    return try #require(json["cases"] as? [[String: Any]]).filter { $0["op"] as? String == op }
  }

  private func planes(_ tensors: [String: FixtureTensor], _ name: String) throws -> ImagePlanes {
    let image = try #require(tensors["image/\(name)"])
    let isGray = image.shape.count == 2
    return ImagePlanes(
      bytes: image.integers.map { UInt8($0) }, channels: isGray ? 1 : image.shape[2],
      height: image.shape[0], width: image.shape[1])
  }

  @Test("rotation, zoom, flips and warp in one resampling")
  func affine() throws {
    let tensors = try SafetensorsFixture.load("augment/transforms.safetensors")
    var compared = 0
    for test in try cases("affine") {
      let steps = try #require(test["steps"] as? [[Any]])
      let kinds = steps.compactMap { $0.first as? String }
      // What is offered: each step at most once, in fastai's own order, reflected, corners aligned.
      let order = ["flip", "dihedral", "rotate", "zoom", "warp"]
      let places = kinds.filter { $0 != "warp" }.compactMap { order.firstIndex(of: $0) }
      guard Set(kinds).count == kinds.count, places == places.sorted(),
        (test["pad_mode"] as? String ?? "reflection") == "reflection", test["mode"] == nil,
        test["size"] == nil,
        (test["align_corners"] as? Bool) ?? true
      else { continue }
      var draw = AugTransforms.Draw()
      for step in steps {
        let listed = step[1] as? [NSNumber] ?? (step[1] as? NSNumber).map { [$0] }
        let numbers = try #require(listed).map(\.doubleValue)
        switch step[0] as? String {
        case "flip": draw.flip = numbers[0] == 1
        case "dihedral": draw.dihedral = Int(numbers[0])
        case "rotate": draw.degrees = numbers[0]
        case "zoom": (draw.zoom, draw.zoomCenter) = (numbers[0], (numbers[1], numbers[2]))
        default: draw.warp = (numbers[0], numbers[1])
        }
      }
      let image = try planes(tensors, try #require(test["input"] as? String))
      let name = try #require(test["output"] as? String)
      let expected = try #require(tensors[name])
      expectClose(
        AugTransforms.apply(draw, to: image).values, expected.floats, absolute: 2e-5,
        "\(name) \(steps)")
      compared += 1
    }
    #expect(compared > 12, "\(compared)")
  }

  @Test("brightness and contrast")
  func lighting() throws {
    let tensors = try SafetensorsFixture.load("augment/transforms.safetensors")
    var compared = 0
    for test in try cases("lighting") {
      let steps = try #require(test["steps"] as? [[Any]])
      guard steps.compactMap({ $0[0] as? String }) != ["contrast", "brightness"] else { continue }
      var draw = AugTransforms.Draw()
      for step in steps {
        let value = try #require(step[1] as? NSNumber).doubleValue
        if step[0] as? String == "brightness" {
          draw.brightness = value
        } else {
          draw.contrast = value
        }
      }
      guard draw.brightness != 0.5 || draw.contrast != 1, steps.count <= 2 else { continue }
      let image = try planes(tensors, try #require(test["input"] as? String))
      let name = try #require(test["output"] as? String)
      expectClose(
        AugTransforms.apply(draw, to: image).values, try #require(tensors[name]).floats,
        absolute: 1e-5, name)
      compared += 1
    }
    #expect(compared > 5, "\(compared)")
  }

  @Test("crops resampled to a fixed size")
  func crops() throws {
    let tensors = try SafetensorsFixture.load("augment/transforms.safetensors")
    for test in try cases("crop_gpu") {
      let (size, crop) = (
        try #require(test["size"] as? [Int]), try #require(test["crop"] as? [[Int]])
      )
      let image = try planes(tensors, try #require(test["input"] as? String))
      let result = image.cropped(
        top: crop[0][0], left: crop[0][1], height: crop[1][0], width: crop[1][1]
      )
      .resampled(height: size[0], width: size[1], affine: [1, 0, 0, 0, 1, 0])
      let name = try #require(test["output"] as? String)
      expectClose(result.values, try #require(tensors[name]).floats, absolute: 1e-5, name)
    }
  }
}

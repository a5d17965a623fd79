import Imaging
import TestSupport
import Testing

@Suite("Overlays")
struct OverlayTests {
  struct Case: Decodable {
    let name: String
    let input: String
    let colormap: String
    let alpha: Double
    let image_weight: Float
  }

  private func load() throws -> [(Case, PixelBuffer, ScalarImage, [String: FixtureTensor])] {
    let images = try SafetensorsFixture.load("augment/resize.safetensors")
    let tensors = try SafetensorsFixture.load("augment/overlay.safetensors")
    let cases = try Fixture.json("augment/overlay.json", as: [Case].self)
    #expect(cases.count == 2)
    return try cases.map { item in
      let input = try #require(images["image/" + item.input])
      let image = PixelBuffer(
        width: input.shape[1], height: input.shape[0],
        channels: input.shape.count == 3 ? 3 : 1, samples: input.bytes)
      let heat = try #require(tensors[item.name + "/heat"])
      let map = ScalarImage(width: heat.shape[1], height: heat.shape[0], values: heat.floats)
      return (item, image, map, tensors)
    }
  }

  @Test("A map is upsampled as by PyTorch")
  func upsampling() throws {
    for (item, image, map, tensors) in try load() {
      let expected = try #require(tensors[item.name + "/upsampled"])
      let result = map.normalized().upsampled(width: image.width, height: image.height)
      expectClose(result.values, expected.floats, absolute: 1e-6, item.name)
    }
  }

  @Test("An overlay equals matplotlib's imshow with alpha")
  func overlay() throws {
    for (item, image, map, tensors) in try load() {
      let expected = try #require(tensors[item.name + "/out"])
      let colormap = try #require(Colormap(named: item.colormap))
      let result = image.overlaid(with: map, colormap: colormap, alpha: item.alpha)
      #expect([result.height, result.width, result.channels] == expected.shape)
      // A rounding error may select the neighboring color, which differs by at most 6 levels before
      // the multiplication by alpha.
      let differences = zip(result.samples, expected.bytes).map { abs(Int($0) - Int($1)) }
      #expect((differences.max() ?? 99) <= 4)
      #expect(differences.count { $0 > 0 } <= 12)
    }
  }

  @Test("The color indices of the reference's upsampled map are exact")
  func indices() throws {
    for (item, _, _, tensors) in try load() {
      let spread = try #require(tensors[item.name + "/upsampled"])
      let expected = try #require(tensors[item.name + "/index"])
      let found = spread.floats.map { Colormap.index(Double($0)) }
      #expect(found == expected.integers, "\(item.name)")
    }
  }

  @Test("shownWithCAM equals show_cam_on_image within one level")
  func camOnImage() throws {
    for (item, image, _, tensors) in try load() {
      let spread = try #require(tensors[item.name + "/upsampled"])
      let expected = try #require(tensors[item.name + "/show_cam_on_image"])
      let map = ScalarImage(
        width: image.width, height: image.height, values: spread.floats)
      let result = image.shownWithCAM(map, imageWeight: item.image_weight)
      expectClose(
        result.samples.map { Float($0) }, expected.floats, absolute: 1, item.name)
    }
  }

  @Test("An extent limits the map to a part of the image")
  func extent() {
    let image = PixelBuffer(width: 8, height: 4, channels: 1, filledWith: 100)
    let map = ScalarImage(width: 2, height: 1, values: [0, 1])
    let region = BoundingBox(x0: 2, y0: 1, x1: 6, y1: 3)
    let result = image.overlaid(
      with: map, colormap: .gray, alpha: 1, extent: region, interpolation: .nearest)
    let red = (0..<32).map { result.samples[3 * $0] }
    #expect(Array(red[0..<8]) == Array(repeating: 100, count: 8))
    #expect(Array(red[8..<16]) == [100, 100, 0, 0, 255, 255, 100, 100])
    #expect(Array(red[24..<32]) == Array(repeating: 100, count: 8))
  }

  @Test("A proportional overlay is transparent at low values and opaque at the maximum")
  func proportion() {
    let image = PixelBuffer(width: 4, height: 1, channels: 1, filledWith: 80)
    let map = ScalarImage(width: 4, height: 1, values: [-1, 0, 0.25, 1])
    let result = image.overlaidInProportion(
      with: map, colormap: .gray, maximumAlpha: 0.5, threshold: 0.3)
    #expect(result.samples == [80, 80, 80, 80, 80, 80, 80, 80, 80, 168, 168, 168])
    let blank = ScalarImage(width: 4, height: 1, values: [0, 0, 0, 0])
    #expect(image.overlaidInProportion(with: blank) == image.convertedToRGB())
  }

  @Test("Pixels where the map is NaN stay unchanged")
  func missing() {
    let image = PixelBuffer(width: 2, height: 1, channels: 1, filledWith: 10)
    let map = ScalarImage(width: 2, height: 1, values: [.nan, 1])
    let result = image.overlaid(
      with: map, colormap: .gray, alpha: 1, range: 0...1, interpolation: .nearest)
    #expect(result.samples == [10, 10, 10, 255, 255, 255])
  }
}

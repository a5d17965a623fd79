import Imaging
import TestSupport
import Testing

@Suite("Resizing")
struct ResizeTests {
  struct Case: Decodable {
    let name: String
    let input: String
    let size: [Int]
    let method: String
    let pad_mode: String
    let pcts: [Double]?
    let output: String

  }

  @Test("Every method, position and padding of fastai's Resize equals Pillow's pixels")
  func fastaiResize() throws {
    let tensors = try SafetensorsFixture.load("augment/resize.safetensors")
    let cases = try Fixture.json("augment/resize.json", as: [Case].self)
    #expect(cases.count == 38)
    for item in cases {
      let input = try #require(tensors["image/" + item.input])
      let expected = try #require(tensors[item.output])
      let method = try #require(ResizeMethod(rawValue: item.method))
      let padMode = try #require(PadMode(rawValue: item.pad_mode))
      let size = (height: item.size[0], width: item.size[1])
      let at = item.pcts.map { (x: $0[0], y: $0[1]) } ?? (0.5, 0.5)
      if input.dtype == "U8" {
        let image = PixelBuffer(
          width: input.shape[1], height: input.shape[0],
          channels: input.shape.count == 3 ? input.shape[2] : 1, samples: input.bytes)
        let result = image.resized(to: size, method: method, padMode: padMode, at: at).image
        #expect(result.height == expected.shape[0] && result.width == expected.shape[1])
        #expect(result.samples == expected.bytes, "\(item.name)")
      } else {
        let image = ScalarImage(
          width: input.shape[1], height: input.shape[0], values: input.floats)
        let result = image.resizedRoundingToIntegers(
          to: size, method: method, padMode: padMode, at: at)
        #expect(result.image.height == expected.shape[0])
        #expect(result.image.values == expected.floats, "\(item.name)")
      }
    }
  }

  @Test("A ramp of 4 x 4 gives the four values of the reference")
  func ramp() {
    let ramp = PixelBuffer(
      width: 4, height: 4, channels: 1, samples: (0..<16).map { UInt8($0 * 10) })
    #expect(ramp.resized(width: 2, height: 2).samples == [36, 52, 98, 114])
  }

  @Test("The vectorized kernel equals the formula for sizes around the vector width")
  func oddShapes() {
    var state: UInt64 = 7
    for (width, height, newWidth, newHeight, channels) in [
      (1, 1, 3, 2, 1), (17, 33, 5, 40, 1), (15, 16, 16, 15, 3), (100, 31, 33, 31, 3),
      (31, 100, 31, 7, 1), (5, 3, 64, 66, 3), (333, 20, 1, 1, 1), (20, 90, 15, 30, 3),
      (20, 90, 33, 30, 1),
    ] {
      let samples = (0..<(width * height * channels)).map { _ -> UInt8 in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 56)
      }
      let image = PixelBuffer(
        width: width, height: height, channels: channels, samples: samples)
      let result = image.resized(width: newWidth, height: newHeight)
      let expected = slowResize(image, newWidth, newHeight)
      #expect(result.samples == expected, "\(width) x \(height) x \(channels)")
    }
  }

  @Test("The filter reads outside of a source box, as with Pillow's box argument")
  func sourceBox() {
    let samples = (0..<(12 * 10)).map { (i: Int) -> UInt8 in UInt8((i * 37 + i / 7) % 256) }
    let image = PixelBuffer(width: 12, height: 10, channels: 1, samples: samples)
    let part = image.resized(
      width: 4, height: 3, source: BoundingBox(x0: 1.5, y0: 2, x1: 9.5, y1: 8))
    #expect(part.samples == ResizeTests.pillowBox)
  }

  @Test("Nearest selects the sample at each center")
  func nearest() {
    let image = PixelBuffer(width: 4, height: 2, channels: 1, samples: [0, 1, 2, 3, 4, 5, 6, 7])
    #expect(image.resized(width: 2, height: 1, resampling: .nearest).samples == [5, 7])
    let doubled = image.resized(width: 8, height: 2, resampling: .nearest)
    #expect(doubled.samples == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7])
    let scalars = ScalarImage(width: 4, height: 2, values: image.samples.map { Float($0) })
    #expect(scalars.resized(width: 2, height: 1, resampling: .nearest).values == [5, 7])
    let part = BoundingBox(x0: 1, y0: 0, x1: 3, y1: 1)
    #expect(
      scalars.resized(width: 4, height: 1, resampling: .nearest, source: part).values
        == [1, 1, 2, 2])
    #expect(
      image.resized(width: 4, height: 1, resampling: .nearest, source: part).samples
        == [1, 1, 2, 2])
  }

  @Test("Upsampling with half-pixel centers and with aligned corners")
  func upsampling() {
    let image = ScalarImage(width: 2, height: 1, values: [0, 4])
    #expect(image.upsampled(width: 4, height: 1).values == [0, 1, 3, 4])
    let aligned = image.upsampled(width: 5, height: 2, aligningCorners: true)
    #expect(aligned.values == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4])
  }

  @Test("The weights sum to 1: a constant image stays constant")
  func flat() {
    let image = PixelBuffer(width: 97, height: 61, channels: 3, filledWith: 255)
    #expect(image.resized(width: 40, height: 70).samples.allSatisfy { $0 == 255 })
    let scalars = ScalarImage(width: 97, height: 61, values: .init(repeating: -3.5, count: 97 * 61))
    let smaller = scalars.resized(width: 13, height: 17)
    expectClose(smaller.values, .init(repeating: -3.5, count: 13 * 17), absolute: 1e-6)
  }

  // The plain formula: two passes in Pillow's order, 22 fractional bits.
  private func slowResize(_ image: PixelBuffer, _ newWidth: Int, _ newHeight: Int) -> [UInt8] {
    func taps(_ size: Int, _ count: Int) -> [[(Int, Int)]] {
      (0..<count).map { index in
        let scale = Double(size) / Double(count)
        let support = max(scale, 1)
        let center = (Double(index) + 0.5) * scale
        let first = max(0, Int(center - support + 0.5))
        let end = min(size, Int(center + support + 0.5))
        let weights = (first..<end).map {
          max(0, 1 - abs((Double($0) - center + 0.5) / support))
        }
        let sum = weights.reduce(0, +)
        return zip(first..<end, weights).map { ($0, Int($1 / sum * 4_194_304 + 0.5)) }
      }
    }
    func blend(_ pairs: [(Int, Int)], _ value: (Int) -> UInt8) -> UInt8 {
      let sum = pairs.reduce(1 << 21) { $0 + Int(value($1.0)) * $1.1 }
      return UInt8(min(max(sum >> 22, 0), 255))
    }
    let (w, h, n) = (image.width, image.height, image.channels)
    let across = taps(w, newWidth)
    let down = taps(h, newHeight)
    func horizontally(_ samples: [UInt8], rows: Int) -> [UInt8] {
      var result: [UInt8] = []
      for y in 0..<rows {
        for x in 0..<newWidth {
          for c in 0..<n { result.append(blend(across[x]) { samples[(y * w + $0) * n + c] }) }
        }
      }
      return result
    }
    func vertically(_ samples: [UInt8], rowBytes: Int) -> [UInt8] {
      var result: [UInt8] = []
      for y in 0..<newHeight {
        for x in 0..<rowBytes {
          result.append(blend(down[y]) { samples[$0 * rowBytes + x] })
        }
      }
      return result
    }
    if newHeight < h && h - newHeight > 2 * (w - newWidth) {
      return horizontally(vertically(image.samples, rowBytes: w * n), rows: newHeight)
    }
    return vertically(horizontally(image.samples, rows: h), rowBytes: newWidth * n)
  }

  // Pillow 13: Image.resize((4, 3), BILINEAR, box=(1.5, 2, 9.5, 8)) of the samples above.
  private static let pillowBox: [UInt8] = [
    140, 135, 113, 131, 136, 114, 156, 127, 147, 125, 104, 122,
  ]
}

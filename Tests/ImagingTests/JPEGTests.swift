import Files
import Imaging
import TestSupport
import Testing

@Suite("JPEG")
struct JPEGTests {
  /// A smooth image that is hardly changed by compression.
  private func smooth(channels: Int) -> PixelBuffer {
    var samples: [UInt8] = []
    for y in 0..<48 {
      for x in 0..<64 {
        for c in 0..<channels { samples.append(UInt8((x * 3 + y * (c + 1)) % 320 / 2 + 40)) }
      }
    }
    return PixelBuffer(width: 64, height: 48, channels: channels, samples: samples)
  }

  @Test("A smooth image round trips within a few gray levels", arguments: [1, 3])
  func roundTrip(channels: Int) throws {
    let image = smooth(channels: channels)
    let bytes = try JPEG.encode(image, quality: 95, halvingChroma: false)
    #expect(try JPEG.size(of: bytes) == (64, 48, channels))
    let back = try JPEG.decode(bytes)
    #expect(back.width == 64 && back.height == 48 && back.channels == channels)
    let worst = zip(back.samples, image.samples).map { abs(Int($0) - Int($1)) }.max() ?? 999
    #expect(worst <= (channels == 1 ? 12 : 24))
    #expect(back.samples != image.samples)
  }

  @Test("Grayscale, color and progressive files decode to Pillow's pixels")
  func pillow() throws {
    let kinds = try Fixture.json("pictures/jpeg.json", as: [String: PNGTests.Kind].self)
    #expect(kinds.count == 3)
    for (name, kind) in kinds {
      let image = try PixelBuffer(contentsOfImage: Fixture.path("pictures/\(name)"))
      #expect([image.height, image.width, image.channels] == kind.shape, "\(name)")
      let worst = zip(image.samples, kind.samples).map { abs(Int($0) - Int($1)) }.max() ?? 999
      // Two builds of libjpeg-turbo may round the color conversion differently by one.
      #expect(worst <= 1, "\(name)")
    }
  }

  @Test("CMYK is converted to Pillow's RGB")
  func cmyk() throws {
    let image = try JPEG.read(Fixture.path("pictures/cmyk.jpg"))
    #expect([image.width, image.height, image.channels] == [45, 37, 3])
    #expect(image.samples.prefix(6) == [130, 228, 61, 138, 228, 61])
    #expect(image.samples.suffix(3) == [29, 169, 141])
    #expect(image.samples.reduce(0) { $0 + Int($1) } == 591_722)
  }

  @Test("Scaled decoding rounds sizes up and keeps the mean")
  func shrunk() throws {
    let image = noiseless(width: 131, height: 77)
    let bytes = try JPEG.encode(image, quality: 95)
    for shrink in JPEG.Shrink.allCases {
      let small = try JPEG.decode(bytes, shrink: shrink)
      let factor = shrink.rawValue
      #expect(small.width == (131 + factor - 1) / factor)
      #expect(small.height == (77 + factor - 1) / factor)
      #expect(abs(mean(small) - mean(image)) < 3)
    }
    #expect(JPEG.Shrink.allowing(width: 224, height: 224, from: (1024, 1024)) == .half)
    #expect(JPEG.Shrink.allowing(width: 64, height: 64, from: (1024, 1024)) == .eighth)
    #expect(JPEG.Shrink.allowing(width: 600, height: 600, from: (1024, 1024)) == .none)
  }

  @Test("A color image can be decoded as grayscale")
  func luminance() throws {
    let image = smooth(channels: 3)
    let gray = try JPEG.decode(JPEG.encode(image, quality: 95), asGray: true)
    #expect(gray.channels == 1)
    #expect(abs(mean(gray) - mean(image.convertedToGray())) < 1)
  }

  @Test("Every truncation is an error, not a crash or a partial image")
  func truncations() throws {
    let bytes = try JPEG.encode(noise(width: 50, height: 40, channels: 3), quality: 60)
    // Without the two-byte end marker the pixels are still complete.
    for count in 0..<(bytes.count - 40) {
      #expect(throws: ImageFileError.self) { try JPEG.decode(Array(bytes.prefix(count))) }
    }
    let progressive = try Fixture.bytes("pictures/progressive.jpg")
    for count in stride(from: 0, to: progressive.count - 2, by: 3) {
      #expect(throws: ImageFileError.self) { try JPEG.decode(Array(progressive.prefix(count))) }
    }
  }

  private func noiseless(width: Int, height: Int) -> PixelBuffer {
    PixelBuffer(
      width: width, height: height, channels: 1,
      samples: (0..<(width * height)).map { UInt8(($0 % width) + 60) })
  }

  private func mean(_ image: PixelBuffer) -> Double {
    image.samples.reduce(0.0) { $0 + Double($1) } / Double(image.samples.count)
  }
}

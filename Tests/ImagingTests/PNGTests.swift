import Files
import Foundation
import Imaging
import TestSupport
import Testing

@Suite("PNG")
struct PNGTests {
  @Test("Grayscale and RGB round trip", arguments: [1, 3])
  func roundTrip(channels: Int) throws {
    let image = PixelBuffer(
      width: 31, height: 17, channels: channels,
      samples: (0..<(31 * 17 * channels)).map { UInt8(truncatingIfNeeded: $0 &* 73) })
    #expect(try PNG.decode(PNG.encode(image)) == image)
    #expect(try PixelBuffer(imageBytes: PNG.encode(image, compression: 0)) == image)
  }

  @Test("16 bits are kept by decodeGray and rounded to 8 by decode")
  func sixteenBits() throws {
    let values: [Float] = [0, 1, 255, 256, 1000, 32768, 65534, 65535]
    let image = ScalarImage(width: 4, height: 2, values: values)
    let bytes = try PNG.encode16(image)
    let read = try PNG.decodeGray(bytes)
    #expect(read.bits == 16)
    #expect(read.image == image)
    #expect(try PNG.decode(bytes).samples == [0, 0, 1, 1, 4, 128, 255, 255])
  }

  @Test("Files by Pillow: palette, one bit, gray with alpha, RGBA, 16-bit, transparent")
  func kinds() throws {
    let kinds = try Fixture.json("pictures/kinds.json", as: [String: Kind].self)
    #expect(kinds.count == 7)
    for (name, kind) in kinds {
      let image = try PixelBuffer(contentsOfImage: Fixture.path("pictures/\(name)"))
      #expect([image.height, image.width, image.channels] == kind.shape, "\(name)")
      #expect(image.samples == kind.samples, "\(name)")
    }
  }

  struct Kind: Decodable {
    let shape: [Int]
    let samples: [UInt8]
  }

  @Test("A header with an excessive size is rejected before memory is allocated")
  func excessiveSize() throws {
    var bytes = try PNG.encode(PixelBuffer(width: 4, height: 4, channels: 1))
    bytes.replaceSubrange(16..<24, with: [0, 0, 0x20, 0, 0, 0, 0x20, 0])
    let crc = crc32(Array(bytes[12..<29]))
    bytes.replaceSubrange(29..<33, with: (0..<4).map { UInt8(crc >> (24 - 8 * $0) & 255) })
    let lying = bytes
    let error = #expect(throws: ImageFileError.self) { try PNG.decode(lying) }
    guard case .truncated = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    bytes.replaceSubrange(16..<24, with: [0x7F, 0, 0, 0, 0x7F, 0, 0, 0])
    let huge = crc32(Array(bytes[12..<29]))
    bytes.replaceSubrange(29..<33, with: (0..<4).map { UInt8(huge >> (24 - 8 * $0) & 255) })
    let tooLarge = bytes
    let second = #expect(throws: ImageFileError.self) { try PNG.decode(tooLarge) }
    guard case .tooLarge = second?.reason else {
      Issue.record("\(String(describing: second))")
      return
    }
  }

  @Test("Every truncation is an error, not a crash or a partial image")
  func truncations() throws {
    let bytes = try PNG.encode(noise(width: 23, height: 19, channels: 3))
    // The pixels are complete without the twelve bytes of the end marker.
    for count in 0..<(bytes.count - 12) {
      #expect(throws: ImageFileError.self) { try PNG.decode(Array(bytes.prefix(count))) }
    }
  }

  @Test("Errors name the file, the reason and the remedy")
  func errors() throws {
    let missing = #expect(throws: ImageFileError.self) {
      try PixelBuffer(contentsOfImage: "/nowhere/image.png")
    }
    #expect(
      missing?.description
        == "/nowhere/image.png: it cannot be read: No such file or directory; check the path")
    let folder = #expect(throws: ImageFileError.self) {
      try PixelBuffer(contentsOfImage: "/")
    }
    #expect(folder?.reason == .notARegularFile)
    let text = #expect(throws: ImageFileError.self) {
      try PixelBuffer(imageBytes: Array("this is not an image".utf8))
    }
    #expect(text?.reason == .notAnImage(.text))
  }

  @Test("Writing leaves no temporary file; a missing folder or unknown extension is an error")
  func writing() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("a.png").path
    let image = noise(width: 9, height: 9, channels: 1)
    try PNG.write(image, to: path)
    try PNG.write(image, to: path)
    #expect(try PNG.read(path) == image)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.png"])
    let error = #expect(throws: ImageFileError.self) {
      try PNG.write(image, to: folder.appendingPathComponent("none/a.png").path)
    }
    #expect(error?.reason == .file(.unwritable(errno: ENOENT)))
    let photo = folder.appendingPathComponent("b.JPG").path
    try image.write(to: photo, quality: 95)
    #expect(JPEG.isJPEG([UInt8](try Data(contentsOf: URL(fileURLWithPath: photo)))))
    try image.write(to: path)
    #expect(try PixelBuffer(contentsOfImage: path) == image)
    for name in ["c.bmp", "c"] {
      let unknown = #expect(throws: ImageFileError.self) {
        try image.write(to: folder.appendingPathComponent(name).path)
      }
      guard case .unknownExtension = unknown?.reason else {
        Issue.record("\(String(describing: unknown))")
        return
      }
    }
  }
}

/// An image of reproducible noise.
func noise(width: Int, height: Int, channels: Int, seed: UInt64 = 1) -> PixelBuffer {
  var state = seed
  let samples = (0..<(width * height * channels)).map { _ -> UInt8 in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt8(truncatingIfNeeded: state >> 56)
  }
  return PixelBuffer(width: width, height: height, channels: channels, samples: samples)
}

func crc32(_ bytes: [UInt8]) -> UInt32 {
  ~bytes.reduce(0xFFFF_FFFF as UInt32) { crc, byte in
    (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
    }
  }
}

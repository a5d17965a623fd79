import Files
import Foundation
import Imaging
import TestSupport
import Testing

@Suite("Files that are no images, and images that are not upright")
struct FileFormatTests {
  @Test("an error says what the file is")
  func formats() {
    func at(_ offset: Int, _ bytes: [UInt8]) -> [UInt8] {
      [UInt8](repeating: 7, count: offset) + bytes + [UInt8](repeating: 7, count: 64)
    }
    let cases: [(FileFormat, [UInt8])] = [
      (.bmp, Array("BM".utf8) + [58, 16, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 1, 1, 1]),
      (.webp, Array("RIFF".utf8) + [1, 2, 3, 4] + Array("WEBPVP8 ".utf8)),
      (.gif, Array("GIF89a".utf8) + [0, 0, 1, 1]), (.tiff, at(0, [0x49, 0x49, 0x2a, 0])),
      (.tiff, at(0, [0x4d, 0x4d, 0, 0x2a])), (.heic, at(4, Array("ftypheic".utf8))),
      (.avif, at(4, Array("ftypavif".utf8))), (.nifti, at(344, Array("n+1\0".utf8))),
      (.nrrd, at(0, Array("NRRD0005\n".utf8))), (.gzip, at(0, [0x1f, 0x8b, 8])),
      (.zip, at(0, [0x50, 0x4b, 3, 4])), (.pdf, Array("%PDF-1.7\n%".utf8) + [0xe2, 0xe3]),
      (.html, Array("\n<!DOCTYPE html><html>".utf8)), (.html, Array("<html lang=en>".utf8)),
      (.xml, Array("<?xml version=\"1.0\"?><a/>".utf8)), (.json, Array("{\"a\": 1}".utf8)),
      (.text, Array("file,label\n".utf8)), (.text, [0xff, 0xfe, 0x61, 0]),
      (.gitLFS, Array("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a".utf8)),
      (.jpeg2000, at(0, [0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20])),
      (.numpy, at(0, [0x93] + Array("NUMPY".utf8))), (.zeros, [UInt8](repeating: 0, count: 500)),
      (.svg, Array("<svg xmlns=".utf8)), (.netpbm, Array("P5\n8 8\n255\n".utf8) + [200, 9]),
    ]
    for (format, bytes) in cases {
      #expect(FileFormat(head: bytes) == format)
      let picture = #expect(throws: ImageFileError.self) { try PixelBuffer(imageBytes: bytes) }
      #expect(picture?.reason == .notAnImage(format))
      let film = #expect(throws: DICOMError.self) { try DICOMFile(bytes: bytes, name: "film") }
      #expect(film?.reason == .notDICOM)
      let message = film?.description ?? ""
      #expect(message.contains(format.rawValue) && message.contains("DICOM, PNG or JPEG"))
      #expect(message.components(separatedBy: "film").count == 2)
    }
    #expect(FileFormat(head: [200, 201, 3, 0, 9, 250]) == nil)
    #expect(FileFormat(head: []) == nil)
  }

  /// A TIFF structure with one entry.
  private func exif(_ orientation: UInt8, isLittle: Bool) -> [UInt8] {
    isLittle
      ? Array("II".utf8) + [
        42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0,
      ]
      : Array("MM".utf8) + [
        0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0,
      ]
  }

  @Test("images of all eight EXIF orientations are upright", arguments: [true, false])
  func orientations(isLittle: Bool) throws {
    // The stored image and what is seen, by the definition of the tag: row 0 and column 0 are ...
    let stored: [[UInt8]] = [[1, 2, 3], [4, 5, 6]]
    let seen: [[[UInt8]]] = [
      [[1, 2, 3], [4, 5, 6]], [[3, 2, 1], [6, 5, 4]], [[6, 5, 4], [3, 2, 1]],
      [[4, 5, 6], [1, 2, 3]], [[1, 4], [2, 5], [3, 6]], [[4, 1], [5, 2], [6, 3]],
      [[6, 3], [5, 2], [4, 1]], [[3, 6], [2, 5], [1, 4]],
    ]
    let image = PixelBuffer(
      width: 3, height: 2, channels: 1, samples: stored.flatMap { $0.map { $0 * 40 } })
    let png = try PNG.encode(image)
    // Blocks of 16 pixels survive compression.
    let large = PixelBuffer(
      width: 48, height: 32, channels: 3,
      samples: (0..<32).flatMap { y in
        (0..<48).flatMap { x in [UInt8](repeating: stored[y / 16][x / 16] * 40, count: 3) }
      })
    let jpeg = try JPEG.encode(large, quality: 95)
    for orientation in UInt8(1)...8 {
      let tag = exif(orientation, isLittle: isLittle)
      let wanted = seen[Int(orientation) - 1].map { $0.map { $0 * 40 } }
      // The chunk's checksum is not read.
      let chunk = [0, 0, 0, UInt8(tag.count)] + Array("eXIf".utf8) + tag + [0, 0, 0, 0]
      let upright = try PNG.decode(Array(png[..<33]) + chunk + Array(png[33...]))
      #expect(upright.samples == wanted.flatMap(\.self), "PNG \(orientation)")
      #expect(upright.width == wanted[0].count)
      let payload = Array("Exif\0\0".utf8) + tag
      let segment = [0xff, 0xe1, 0, UInt8(payload.count + 2)] + payload
      let bytes = Array(jpeg[..<2]) + segment + Array(jpeg[2...])
      let photograph = try JPEG.decode(bytes)
      #expect(photograph.width == wanted[0].count * 16 && photograph.height == wanted.count * 16)
      let size = try JPEG.size(of: bytes)
      #expect(size.width == photograph.width && size.height == photograph.height)
      for (y, row) in wanted.enumerated() {
        for (x, value) in row.enumerated() {
          let at = ((y * 16 + 8) * photograph.width + x * 16 + 8) * 3
          #expect(abs(Int(photograph.samples[at]) - Int(value)) <= 3, "JPEG \(orientation)")
        }
      }
    }
    for invalid in [UInt8(0), 9, 255] {
      let payload = Array("Exif\0\0".utf8) + exif(invalid, isLittle: isLittle)
      let segment = [0xff, 0xe1, 0, UInt8(payload.count + 2)] + payload
      #expect(try JPEG.decode(Array(jpeg[..<2]) + segment + Array(jpeg[2...])).width == 48)
    }
  }
}

import Files
import Foundation
import Imaging
import TestSupport
import Testing

@Suite("Hostile DICOM files")
struct DICOMHostileTests {
  private func outcome(_ bytes: [UInt8]) throws(DICOMError) -> PixelBuffer {
    let file = try DICOMFile(bytes: bytes, name: "hostile")
    _ = file.tags.map { file.strings($0) }
    return try file.display()
  }

  private func reason(_ bytes: [UInt8]) -> DICOMError.Reason? {
    do {
      _ = try outcome(bytes)
      return nil
    } catch {
      return error.reason
    }
  }

  @Test("sizes that overflow or exceed the limits are errors")
  func sizes() {
    func file(_ rows: UInt32, _ columns: UInt32, bits: UInt16 = 8, frames: String = "1") -> [UInt8]
    {
      var file = DICOMBuilder(syntax: DICOMBuilder.explicit)
      file.add(0x0008, 0x0060, "CS", "CR")
      file.add(0x0028, 0x0002, 1)
      file.add(0x0028, 0x0004, "CS", "MONOCHROME2")
      file.add(0x0028, 0x0008, "IS", frames)
      file.add(0x0028, 0x0010, "UL", file.long(Int(rows)))
      file.add(0x0028, 0x0011, "UL", file.long(Int(columns)))
      file.add(0x0028, 0x0100, bits)
      file.add(0x0028, 0x0101, bits)
      file.add(0x0028, 0x0103, 0)
      file.addPixels(DICOMBuilder.ramp)
      return file.bytes
    }
    #expect(reason(file(8, 8)) == nil)
    #expect(reason(file(.max, .max)) == .invalidAttribute)
    #expect(reason(file(.max, 1)) == .invalidAttribute)
    #expect(reason(file(65536, 8)) == .invalidAttribute)
    #expect(reason(file(65535, 65535)) == .tooLarge)
    #expect(reason(file(8, 8, bits: 65535)) == .unsupportedPixelData)
    #expect(reason(file(8, 8, bits: 0)) == .invalidAttribute)
    #expect(reason(file(8, 8, frames: "1000000000000")) == .invalidAttribute)
    #expect(reason(file(8, 8, frames: "2147483647")) == .truncatedPixelData)
    #expect(reason(file(11000, 11000, frames: "2147483647")) == .truncatedPixelData)
  }

  @Test("frames without fragments, and subsampled frames without bytes, are errors")
  func frames() {
    var compressed = DICOMBuilder(syntax: DICOMBuilder.jpeg)
    compressed.addImage(frames: "2000000000")
    compressed.addFragments([[0xff, 0xd8, 0xff, 0xd9]])
    #expect(reason(compressed.bytes) == .corruptPixelData)
    var subsampled = DICOMBuilder(syntax: DICOMBuilder.explicit)
    subsampled.addImage(
      rows: 6000, columns: 6000, samples: 3, photometric: "YBR_FULL_422", frames: "2147483647")
    subsampled.addPixels(DICOMBuilder.ramp)
    #expect(reason(subsampled.bytes) == .truncatedPixelData)
  }

  @Test("long lists of values, fragments and elements are read in linear time or refused")
  func longLists() throws {
    var windows = DICOMBuilder(syntax: DICOMBuilder.implicit, isExplicit: false)
    windows.addImage()
    let values = [String](repeating: "50", count: 200_000).joined(separator: "\\")
    windows.add(0x0028, 0x1050, "DS", values)
    windows.add(0x0028, 0x1051, "DS", values)
    windows.addPixels(DICOMBuilder.ramp)
    let file = try DICOMFile(bytes: windows.bytes, name: "windows")
    #expect(try file.viewCount == 200_000)
    #expect(try file.display().samples.count == 64)

    let jpeg = try JPEG.encode(PixelBuffer(width: 8, height: 8, channels: 1))
    var fragments = DICOMBuilder(syntax: DICOMBuilder.jpeg)
    fragments.addImage()
    fragments.addFragments([jpeg] + [[UInt8]](repeating: [], count: 200_000))
    #expect(try outcome(fragments.bytes).width == 8)
    var tooMany = DICOMBuilder(syntax: DICOMBuilder.jpeg)
    tooMany.addImage()
    tooMany.addFragments([jpeg] + [[UInt8]](repeating: [], count: 2_000_001))
    #expect(reason(tooMany.bytes) == .tooLarge)

    var descending = DICOMBuilder(syntax: DICOMBuilder.implicit, isExplicit: false)
    descending.add(0x0008, 0x0060, "CS", "CR")
    for element in UInt16(0x1000)...0xff00 { descending.add(0x0010, 0xffff - element, "LO", []) }
    #expect(reason(descending.bytes) == .tooLarge)
    var creators = DICOMBuilder(syntax: DICOMBuilder.implicit, isExplicit: false)
    creators.add(0x0008, 0x0060, "CS", "CR")
    for group in stride(from: UInt16(0x1001), to: 0x2fff, by: 2) {
      for element in UInt16(0x10)..<0x30 { creators.add(group, element, "LO", "AA") }
    }
    for element in UInt16(0x1000)...0xff00 { creators.add(0x3001, element, "LO", []) }
    #expect(reason(creators.bytes) == .tooLarge)
    var tables = DICOMBuilder(syntax: DICOMBuilder.explicit)
    tables.addImage()
    tables.add(0x0028, 0x3010, "SQ", (0..<100_000).flatMap { _ in tables.item([]) })
    tables.addPixels(DICOMBuilder.ramp)
    #expect(reason(tables.bytes) == .tooLarge)
  }

  @Test("thousands of nested sequences are refused without a stack overflow")
  func deepNesting() {
    for isExplicit in [true, false] {
      var file = DICOMBuilder(
        syntax: isExplicit ? DICOMBuilder.explicit : DICOMBuilder.implicit, isExplicit: isExplicit)
      for _ in 0..<100_000 {
        file.append([0x40, 0, 0x30, 0xa7] + (isExplicit ? Array("SQ".utf8) + [0, 0] : []))
        file.append([255, 255, 255, 255, 0xfe, 0xff, 0, 0xe0, 255, 255, 255, 255])
      }
      #expect(reason(file.bytes) == .tooLarge)
    }
  }

  @Test("a compressed stream that asks for more than its bytes can contain is refused")
  func codeStreams() throws {
    // Every scan of a progressive image passes over all blocks.
    let scans = try JPEGFuzzTests.manyScans(count: 3000, side: 4000)
    var progressive = DICOMBuilder(syntax: "1.2.840.10008.1.2.4.55")
    progressive.addImage(rows: 4000, columns: 4000, samples: 3, photometric: "YBR_FULL_422")
    progressive.addFragments([scans])
    #expect(reason(progressive.bytes) == .corruptPixelData)
    let plain = #expect(throws: ImageFileError.self) { try JPEG.decode(scans) }
    guard case .tooLarge = plain?.reason else {
      Issue.record("\(String(describing: plain))")
      return
    }
    // The stream states its size at bytes 8 to 23, the size of its tiles at 24 to 31.
    let stream = try JPEG2000FuzzTests.stream()
    for (rows, columns, tile) in [(64, 64, 64), (11000, 11000, 11000), (5000, 5000, 1)] {
      var bytes = stream
      for (at, value) in [(8, columns), (12, rows), (24, tile), (28, tile)] {
        bytes.replaceSubrange(
          at..<at + 4, with: (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) })
      }
      var file = DICOMBuilder(syntax: DICOMBuilder.jpeg2000)
      file.addImage(rows: UInt16(rows), columns: UInt16(columns), bits: 16)
      file.addFragments([bytes])
      #expect(reason(file.bytes) == (rows == 64 ? nil : .corruptPixelData), "\(rows), \(tile)")
    }
  }

  @Test("a deflated data set that expands without end is refused; bytes behind it are not read")
  func deflated() throws {
    // A stored block (RFC 1951 3.2.4) needs no compressor.
    var set = DICOMBuilder(syntax: nil)
    set.addImage()
    set.addPixels(DICOMBuilder.ramp)
    let count = UInt16(set.bytes.count)
    let stored = [1] + set.word(count) + set.word(~count) + set.bytes
    let meta = DICOMBuilder(syntax: DICOMBuilder.deflated).bytes
    #expect(try outcome(meta + stored + [0, 0, 0]).samples == DICOMBuilder.ramp)
    #expect(reason(meta + stored.dropLast(3)) == .truncated)
    // Fixed codes: a literal, then copies of 258 bytes from one byte before, 13 bits each.
    var bits: [UInt8] = [1, 1, 0] + [0, 0, 1, 1, 0, 0, 0, 0]
    for _ in 0..<1_100_000 { bits += [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0] }
    var bomb = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
    for (at, bit) in bits.enumerated() { bomb[at / 8] |= bit << UInt8(at % 8) }
    #expect(reason(meta + bomb) == .tooLarge)
  }

  @Test("pipes, folders, devices and files that change are errors, never a wait")
  func files() throws {
    let folder = NSTemporaryDirectory() + "lightbox-hostile-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(mkfifo(folder + "/pipe", 0o600) == 0)
    for path in [folder + "/pipe", folder, "/dev/zero", folder + "/none"] {
      let error = #expect(throws: DICOMError.self) { try DICOMFile(contentsOf: path) }
      #expect(error?.reason == .unreadable, "\(path)")
      #expect(throws: ImageFileError.self) { try PixelBuffer(contentsOfImage: path) }
    }
    let path = folder + "/a.dcm"
    try Data(DICOMBuilder.sound()).write(to: URL(fileURLWithPath: path))
    let file = try DICOMFile(contentsOf: path)
    #expect(try file.display().samples == DICOMBuilder.ramp)
    #expect(truncate(path, 300) == 0)
    let changed = #expect(throws: DICOMError.self) { try file.display() }
    #expect(changed?.description.contains("has changed") == true)
    // A file of 100 GB that has few blocks.
    try Data(DICOMBuilder.sound()).write(to: URL(fileURLWithPath: path))
    #expect(truncate(path, 100 << 30) == 0)
    #expect(try DICOMFile(contentsOf: path).display().samples == DICOMBuilder.ramp)
    try Data(PNG.encode(PixelBuffer(width: 4, height: 4, channels: 1))).write(
      to: URL(fileURLWithPath: path))
    #expect(truncate(path, 100 << 30) == 0)
    let large = #expect(throws: ImageFileError.self) { try PixelBuffer(contentsOfImage: path) }
    #expect(large?.description.contains("at most") == true)
  }

  @Test("several threads decode the same file and different files concurrently")
  func threads() throws {
    let names = [
      "siim-chest-pa.dcm", "PT-jpegll.dcm", "JPGExtended.dcm", "MR_small_RLE.dcm",
      "MR_small_jpeg_ls_lossless.dcm", "MR_small_jp2klossless.dcm",
    ]
    let paths = names.map { Fixture.url("dicom/files/\($0)").path }
    let shared = try paths.map { try DICOMFile(contentsOf: $0) }
    let wanted = try shared.map { try $0.storedPixels() }
    DispatchQueue.concurrentPerform(iterations: 48) { i in
      let at = i % paths.count
      let own = try? DICOMFile(contentsOf: paths[at]).storedPixels()
      let common = try? shared[at].storedPixels()
      #expect(own == wanted[at])
      #expect(common == wanted[at])
    }
  }
}

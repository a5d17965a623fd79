import Imaging
import TestSupport
import Testing

@Suite("DICOM display")
struct DICOMDisplayTests {
  private func display(
    _ intensity: DICOMIntensity = .automatic, _ change: (inout DICOMBuilder) -> Void
  ) throws -> [UInt8] {
    try DICOMFile(bytes: DICOMBuilder.sound(change), name: "display")
      .display(intensity: intensity).samples
  }

  // MARK: Colors

  /// A JPEG of one color: (200, 50, 100) as YCbCr, which are (101, 128, 199).
  private func stream(marker: [UInt8], ids: [UInt8] = [1, 2, 3]) throws -> [UInt8] {
    let color = (0..<16 * 16 * 3).map { [200, 50, 100][$0 % 3] as UInt8 }
    var bytes = try JPEG.encode(
      PixelBuffer(width: 16, height: 16, channels: 3, samples: color), quality: 95,
      halvingChroma: false)
    // Without the JFIF segment, of 18 bytes.
    bytes.replaceSubrange(2..<20, with: marker)
    func place(of marker: UInt8) -> Int {
      (0..<bytes.count).first { bytes[$0] == 0xff && bytes[$0 + 1] == marker } ?? 0
    }
    let (frame, scan) = (place(of: 0xc0), place(of: 0xda))
    for i in 0..<3 {
      bytes[frame + 10 + 3 * i] = ids[i]
      bytes[scan + 5 + 2 * i] = ids[i]
    }
    return bytes
  }

  @Test(
    "the JPEG stream decides about its colors, the header where it does not say",
    arguments: ["RGB", "YBR_FULL", "YBR_FULL_422"])
  func colors(photometric: String) throws {
    let jfif: [UInt8] = [0xff, 0xe0, 0, 16] + Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0]
    func adobe(_ transform: UInt8) -> [UInt8] {
      [0xff, 0xee, 0, 14] + Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, transform]
    }
    let isRGB = photometric == "RGB"
    let streams: [(bytes: [UInt8], isRGB: Bool)] = [
      (try stream(marker: jfif), false),
      (try stream(marker: adobe(1)), false),
      (try stream(marker: adobe(0)), true),
      (try stream(marker: jfif + adobe(1)), false),
      (try stream(marker: [], ids: Array("RGB".utf8)), true),
      (try stream(marker: []), isRGB),
      (try stream(marker: [], ids: [0, 1, 2]), isRGB),
    ]
    for (index, stream) in streams.enumerated() {
      var file = DICOMBuilder(syntax: DICOMBuilder.jpeg)
      file.addImage(rows: 16, columns: 16, samples: 3, photometric: photometric)
      file.addFragments([stream.bytes])
      let image = try DICOMFile(bytes: file.bytes, name: "color").display()
      let wanted = stream.isRGB ? [101, 128, 199] : [200, 50, 100]
      for (got, wanted) in zip(image.samples, wanted + wanted) {
        #expect(abs(Int(got) - wanted) <= 3, "stream \(index): \(image.samples.prefix(3))")
      }
    }
  }

  // MARK: Grays

  @Test("the shape of the presentation table decides about inversion, as in DCMTK")
  func presentationTable() throws {
    for (photometric, shape, isInverted) in [
      ("MONOCHROME2", "INVERSE", true), ("MONOCHROME2", "IDENTITY", false),
      ("MONOCHROME1", "INVERSE", true), ("MONOCHROME1", "IDENTITY", false),
      ("MONOCHROME1", "", true), ("MONOCHROME2", "", false), ("MONOCHROME1", "OTHER", true),
    ] {
      var file = DICOMBuilder(syntax: DICOMBuilder.explicit)
      file.addImage(photometric: photometric)
      file.add(0x2050, 0x0020, "CS", shape)
      file.addPixels(DICOMBuilder.ramp)
      let samples = try DICOMFile(bytes: file.bytes, name: "shape").display().samples
      #expect(
        samples == DICOMBuilder.ramp.map { isInverted ? 255 - $0 : $0 }, "\(photometric) \(shape)")
    }
  }

  @Test("a bad value in a list does not drop the others")
  func badValues() throws {
    func windows(_ centers: String, _ widths: String) throws -> [DICOMWindow] {
      try DICOMFile(
        bytes: DICOMBuilder.sound {
          $0.add(0x0028, 0x1050, "DS", centers)
          $0.add(0x0028, 0x1051, "DS", widths)
        }, name: "windows"
      ).windows
    }
    func window(_ center: Double, _ width: Double) -> DICOMWindow? {
      DICOMWindow(center: center, width: width)
    }
    #expect(try windows("10\\20\\30", "5\\abc\\7") == [window(10, 5), window(30, 7)])
    #expect(try windows("10\\20\\30", "5\\0\\7") == [window(10, 5), window(30, 7)])
    #expect(try windows("\\20", "5\\6") == [window(20, 6)])
    #expect(try windows("10\\20", "0x10\\6") == [window(20, 6)])
    #expect(try windows("nan\\20\\30", "5\\6") == [window(20, 6)])
    #expect(try windows(" 10 \\ 20", "5\\6 ") == [window(10, 5), window(20, 6)])
    let spaced = try DICOMFile(
      bytes: DICOMBuilder.sound { $0.add(0x0028, 0x0030, "DS", "0.5\\0.25\\") }, name: "spacing")
    #expect(spaced.pixelSpacing?.row == 0.5)
    #expect(spaced.pixelSpacing?.column == 0.25)
    let rescaled = try DICOMFile(
      bytes: DICOMBuilder.sound {
        $0.add(0x0028, 0x1052, "DS", "-10\\x")
        $0.add(0x0028, 0x1053, "DS", "2\\")
      }, name: "rescale")
    #expect(rescaled.rescale?.slope == 2)
    #expect(rescaled.rescale?.intercept == -10)
    #expect(try rescaled.modality(frame: 0).values[3] == -4)
  }

  @Test("padding does not count in a range, single or between two values")
  func padding() throws {
    func scaled(_ value: Int, _ low: Int, _ high: Int) -> UInt8 {
      UInt8(min(max((Double(value - low) / Double(high - low) * 255 + 0.5).rounded(.down), 0), 255))
    }
    func ramp(_ low: Int, _ high: Int) -> [UInt8] { (0..<64).map { scaled($0, low, high) } }
    #expect(try display(.minMax) { _ in } == ramp(0, 63))
    #expect(try display(.minMax) { $0.add(0x0028, 0x0120, 0) } == ramp(1, 63))
    #expect(try display(.minMax) { $0.add(0x0028, 0x0120, 63) } == ramp(0, 62))
    for (first, last) in [(UInt16(0), UInt16(9)), (9, 0)] {
      let range = try display(.minMax) {
        $0.add(0x0028, 0x0120, first)
        $0.add(0x0028, 0x0121, last)
      }
      #expect(range == ramp(10, 63))
      let percentile = try display(.percentile(lower: 0, upper: 100)) {
        $0.add(0x0028, 0x0120, first)
        $0.add(0x0028, 0x0121, last)
      }
      #expect(percentile == ramp(10, 63))
    }
    // Nothing but padding.
    let all = try display(.minMax) {
      $0.add(0x0028, 0x0120, 0)
      $0.add(0x0028, 0x0121, 100)
    }
    #expect(all == ramp(0, 63))
    // The number of a signed sample without its sign.
    var file = DICOMBuilder(syntax: DICOMBuilder.explicit)
    file.addImage(rows: 1, columns: 4, bits: 16)
    file.append([])
    var signed = DICOMBuilder(syntax: DICOMBuilder.explicit)
    signed.append(Array(file.bytes.dropFirst(signed.bytes.count).dropLast(10)))
    signed.add(0x0028, 0x0103, 1)
    signed.add(0x0028, 0x0120, UInt16(bitPattern: -2000))
    let values: [Int16] = [-2000, 0, 50, 100]
    signed.addPixels(values.flatMap { signed.word(UInt16(bitPattern: $0)) })
    let gray = try DICOMFile(bytes: signed.bytes, name: "signed").display(intensity: .minMax)
    #expect(gray.samples == [0, 0, 128, 255])
  }

  @Test("segmented palettes are expanded: discrete, linear and indirect segments")
  func segmentedPalettes() throws {
    func colors(_ segments: [UInt16], bits: UInt16 = 16, count: UInt16 = 8) throws -> [UInt8] {
      var file = DICOMBuilder(syntax: DICOMBuilder.explicit)
      file.addImage(rows: 1, columns: 8, photometric: "PALETTE COLOR")
      for color in UInt16(1)...3 {
        file.add(
          0x0028, 0x1100 + color, "US", [count, 0, bits].flatMap { file.word($0) })
      }
      let narrow = segments.map { UInt8(truncatingIfNeeded: $0) }
      let data =
        bits == 8
        ? narrow + [UInt8](repeating: 0, count: narrow.count % 2)
        : segments.flatMap { file.word($0) }
      for color in UInt16(1)...3 { file.add(0x0028, 0x1220 + color, "OW", data) }
      file.addPixels((0..<8).map { UInt8($0) })
      let samples = try DICOMFile(bytes: file.bytes, name: "palette").display().samples
      return stride(from: 0, to: samples.count, by: 3).map { samples[$0] }
    }
    let discrete: [UInt16] = [0, 2, 0x0100, 0x0200]
    #expect(
      try colors(discrete + [1, 6, 0x0800]) == [1, 2, 3, 4, 5, 6, 7, 8])
    // Two segments again: from byte 0, or from element 0.
    #expect(
      try colors(discrete + [1, 2, 0x0400, 2, 2, 0, 0]) == [1, 2, 3, 4, 1, 2, 3, 4])
    // The linear segment at byte 8 continues from the entry before.
    #expect(
      try colors(discrete + [1, 2, 0x0400, 0, 2, 0, 0, 2, 1, 8, 0])
        == [1, 2, 3, 4, 0, 0, 2, 4])
    #expect(
      try colors([0, 2, 10, 20, 1, 2, 40, 2, 2, 0, 0, 0, 0], bits: 8)
        == [10, 20, 30, 40, 10, 20, 30, 40])
    for invalid: [UInt16] in [
      discrete, [1, 8, 5], [0, 9, 1, 2], [3, 1, 1], [2, 1, 0, 0], discrete + [2, 6, 8, 0],
      discrete + [0, 0xffff], discrete + [2, 0xffff, 0xffff, 0xffff],
    ] {
      let error = #expect(throws: DICOMError.self) { try colors(invalid) }
      #expect(error?.reason == .invalidAttribute, "\(invalid)")
    }
  }
}

extension DICOMFile {
  /// Converts a color frame to RGB.
  func color(
    _ pixels: StoredPixels, _ layout: PixelLayout
  ) throws(DICOMError) -> PixelBuffer {
    let samples: [UInt8]
    if layout.photometric == "PALETTE COLOR" {
      samples = try palette(pixels)
    } else if layout.photometric == "YBR_FULL" || layout.photometric == "YBR_FULL_422" {
      guard case .uint8(let values) = pixels.samples, layout.bitsStored == 8 else {
        throw error(.unsupportedPixelData, "YBR colors of \(layout.bitsStored) bits")
      }
      samples = Self.rgb(fromYBR: values)
    } else if case .uint8(let values) = pixels.samples, layout.bitsStored == 8 {
      samples = values
    } else if layout.isSigned {
      throw error(.unsupportedPixelData, "signed colors")
    } else {
      let largest = Double(UInt64(1) << UInt64(layout.bitsStored) - 1)
      samples = pixels.samples.map { byte($0 * 255 / largest) }
    }
    return PixelBuffer(
      width: pixels.width, height: pixels.height, channels: 3, samples: samples)
  }

  private static func rgb(fromYBR values: [UInt8]) -> [UInt8] {
    func clamped(_ value: Float) -> UInt8 { UInt8(min(max((value + 0.5).rounded(.down), 0), 255)) }
    var rgb = values
    for i in stride(from: 0, to: values.count - 2, by: 3) {
      let y = Float(values[i])
      let blue = Float(values[i + 1]) - 128
      let red = Float(values[i + 2]) - 128
      rgb[i] = clamped(y + 1.402 * red)
      rgb[i + 1] = clamped(y - 0.344136 * blue - 0.714136 * red)
      rgb[i + 2] = clamped(y + 1.772 * blue)
    }
    return rgb
  }

  private func palette(_ pixels: StoredPixels) throws(DICOMError) -> [UInt8] {
    var channels: [[UInt8]] = []
    for color in UInt16(1)...3 {
      let descriptor = DICOMTag(0x0028, 0x1100 + color)
      var table = try lookupTable(descriptor, DICOMTag(0x0028, 0x1200 + color))
      if table == nil {
        table = try lookupTable(descriptor, DICOMTag(0x0028, 0x1220 + color), isSegmented: true)
      }
      guard let table else {
        throw error(.missingAttribute, "a palette of red, green or blue")
      }
      // Entries of 16 bits are reduced to their upper byte.
      let isWide = table.entries.contains { $0 > 255 }
      channels.append(
        pixels.samples.map { stored in
          let entry = UInt16(table.value(at: stored))
          return UInt8(isWide ? entry >> 8 : entry)
        })
    }
    return (0..<channels[0].count * 3).map { channels[$0 % 3][$0 / 3] }
  }
}

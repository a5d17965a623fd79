/// The position of the first row and column of an image, as a camera stores it (EXIF tag 0x0112).
enum EXIFOrientation: Int, Sendable, CaseIterable {
  case upright = 1
  case mirrored
  case upsideDown
  case flipped
  case transposed
  case turnedLeft
  case transversed
  case turnedRight

  /// Whether the upright image has the stored rows as columns.
  var swapsSides: Bool { rawValue >= 5 }

  /// The orientation in a JPEG file; upright if it states none.
  init(ofJPEG bytes: [UInt8]) {
    self = .upright
    var at = 2
    while at + 4 <= bytes.count, bytes[at] == 0xFF {
      let marker = bytes[at + 1]
      if marker == 0xFF {
        at += 1
        continue
      }
      // The image starts.
      if marker == 0xDA || marker == 0xD9 { return }
      let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
      let end = at + 2 + length
      guard length >= 2, end <= bytes.count else { return }
      let segment = bytes[at + 4..<max(at + 4, end)]
      if marker == 0xE1, segment.starts(with: Array("Exif\0\0".utf8)) {
        self = Self(ofTIFF: segment.dropFirst(6)) ?? .upright
        return
      }
      at = end
    }
  }

  /// The orientation in a PNG file (chunk `eXIf`); upright if it states none.
  init(ofPNG bytes: [UInt8]) {
    self = .upright
    var at = 8
    while at + 12 <= bytes.count {
      let length = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - at - 12 else { return }
      if bytes[at + 4..<at + 8].elementsEqual("eXIf".utf8) {
        self = Self(ofTIFF: bytes[at + 8..<at + 8 + length]) ?? .upright
        return
      }
      at += 12 + length
    }
  }

  /// The orientation in the first directory of a TIFF structure.
  private init?(ofTIFF bytes: ArraySlice<UInt8>) {
    let isLittle = bytes.starts(with: Array("II".utf8))
    guard isLittle || bytes.starts(with: Array("MM".utf8)) else { return nil }
    func number(_ offset: Int, _ count: Int) -> Int? {
      guard offset >= 0, offset + count <= bytes.count else { return nil }
      let start = bytes.startIndex + offset
      let part = bytes[start..<start + count]
      return isLittle
        ? part.reversed().reduce(0) { $0 << 8 | Int($1) } : part.reduce(0) { $0 << 8 | Int($1) }
    }
    guard number(2, 2) == 42, let directory = number(4, 4), let count = number(directory, 2) else {
      return nil
    }
    for entry in 0..<count {
      let at = directory + 2 + 12 * entry
      guard let tag = number(at, 2), let kind = number(at + 2, 2) else { return nil }
      guard tag == 0x0112 else { continue }
      guard let value = number(at + 8, kind == 4 ? 4 : kind == 1 ? 1 : 2) else { return nil }
      self.init(rawValue: value)
      return
    }
    return nil
  }

  /// Turns interleaved samples upright.
  func upright<T>(
    _ samples: [T], _ width: Int, _ height: Int, channels: Int
  ) -> (samples: [T], width: Int, height: Int) {
    if self == .upright { return (samples, width, height) }
    let (right, down) = (channels, channels * width)
    let (lastColumn, lastRow) = ((width - 1) * right, (height - 1) * down)
    // The stored sample of the first upright pixel, and the steps to the next column and row.
    let (start, column, row) =
      switch self {
      case .upright: (0, right, down)
      case .mirrored: (lastColumn, -right, down)
      case .upsideDown: (lastColumn + lastRow, -right, -down)
      case .flipped: (lastRow, right, -down)
      case .transposed: (0, down, right)
      case .turnedLeft: (lastRow, -down, right)
      case .transversed: (lastColumn + lastRow, -down, -right)
      case .turnedRight: (lastColumn, down, -right)
      }
    let (newWidth, newHeight) = swapsSides ? (height, width) : (width, height)
    let turned = [T](unsafeUninitializedCapacity: samples.count) { out, filled in
      for y in 0..<newHeight {
        for x in 0..<newWidth {
          let from = start + y * row + x * column
          for channel in 0..<channels {
            out.initializeElement(at: filled, to: samples[from + channel])
            filled += 1
          }
        }
      }
    }
    return (turned, newWidth, newHeight)
  }
}

extension PixelBuffer {
  /// The image turned upright.
  func upright(from orientation: EXIFOrientation) -> PixelBuffer {
    if orientation == .upright { return self }
    let turned = orientation.upright(samples, width, height, channels: channels)
    return PixelBuffer(
      width: turned.width, height: turned.height, channels: channels, samples: turned.samples)
  }
}

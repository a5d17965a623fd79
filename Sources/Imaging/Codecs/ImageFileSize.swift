/// The size of an image by the first bytes of its file, without decoding it.
package enum ImageFileSize {
  /// How many bytes of a file are needed; a JPEG file with more metadata before its size has none.
  package static let headCount = 1 << 17

  /// Rows and columns of a PNG or JPEG file, upright; nil if the bytes do not say.
  package static func of(head bytes: [UInt8]) -> (height: Int, width: Int)? {
    if PNG.isPNG(bytes), bytes.count >= 24 {
      func number(_ at: Int) -> Int { bytes[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) } }
      return upright(number(20), number(16), EXIFOrientation(ofPNG: bytes))
    }
    guard JPEG.isJPEG(bytes) else { return nil }
    var at = 2
    while at + 9 <= bytes.count, bytes[at] == 0xFF {
      let marker = bytes[at + 1]
      if marker == 0xFF {
        at += 1
        continue
      }
      // Frame headers, but not those of tables (DHT, JPG, DAC).
      if (0xC0...0xCF).contains(marker), ![0xC4, 0xC8, 0xCC].contains(marker) {
        let (height, width) = (
          Int(bytes[at + 5]) << 8 | Int(bytes[at + 6]), Int(bytes[at + 7]) << 8 | Int(bytes[at + 8])
        )
        return upright(height, width, EXIFOrientation(ofJPEG: bytes))
      }
      let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
      guard length >= 2 else { return nil }
      at += 2 + length
    }
    return nil
  }

  private static func upright(
    _ height: Int, _ width: Int, _ orientation: EXIFOrientation
  ) -> (height: Int, width: Int)? {
    guard height > 0, width > 0 else { return nil }
    return orientation.swapsSides ? (width, height) : (height, width)
  }
}

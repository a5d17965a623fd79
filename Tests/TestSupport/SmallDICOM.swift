/// The bytes of a small uncompressed DICOM file, explicit little endian, for tests.
package enum SmallDICOM {
  /// Frames of one value each.
  ///
  /// - Parameters:
  ///   - frames: The value of every pixel of a frame.
  ///   - rows: Rows of a frame.
  ///   - columns: Columns of a frame.
  ///   - statedFrames: The number of frames in the header. Default: the right one.
  /// - Returns: The bytes of the file.
  package static func file(
    frames: [UInt8], rows: Int = 36, columns: Int = 40, statedFrames: String? = nil
  ) -> [UInt8] {
    file(
      pixels: frames.flatMap { [UInt8](repeating: $0, count: rows * columns) }, rows: rows,
      columns: columns, frames: frames.count == 1 ? statedFrames : statedFrames ?? "\(frames.count)"
    )
  }

  /// Pixels of one byte, row by row and frame by frame.
  package static func file(
    pixels: [UInt8], rows: Int, columns: Int, frames: String? = nil, instance: String? = nil
  ) -> [UInt8] {
    let syntax = element(0x0002, 0x0010, "UI", Array("1.2.840.10008.1.2.1".utf8))
    var bytes = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
    bytes += element(0x0002, 0x0000, "UL", number(UInt32(syntax.count))) + syntax
    if let instance { bytes += element(0x0008, 0x0018, "UI", Array(instance.utf8)) }
    bytes += element(0x0028, 0x0002, "US", [1, 0])
    bytes += element(0x0028, 0x0004, "CS", Array("MONOCHROME2".utf8))
    if let frames { bytes += element(0x0028, 0x0008, "IS", Array(frames.utf8)) }
    bytes += element(0x0028, 0x0010, "US", Array(number(UInt32(rows))[..<2]))
    bytes += element(0x0028, 0x0011, "US", Array(number(UInt32(columns))[..<2]))
    bytes += element(0x0028, 0x0100, "US", [8, 0])
    bytes += element(0x0028, 0x0101, "US", [8, 0])
    bytes += element(0x0028, 0x0102, "US", [7, 0])
    bytes += element(0x0028, 0x0103, "US", [0, 0])
    bytes += element(0x7FE0, 0x0010, "OB", pixels)
    return bytes
  }

  private static func number(_ value: UInt32) -> [UInt8] {
    [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static func element(
    _ group: UInt32, _ element: UInt32, _ kind: String, _ value: [UInt8]
  ) -> [UInt8] {
    let padding: [UInt8] =
      value.count % 2 == 0 ? [] : [["UI", "OB"].contains(kind) ? 0 : 0x20]
    let count = number(UInt32(value.count + padding.count))
    return number(group)[..<2] + number(element)[..<2] + Array(kind.utf8)
      + (kind == "OB" ? [0, 0] + count : Array(count[..<2])) + value + padding
  }
}

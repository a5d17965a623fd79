/// Composes the bytes of DICOM files, valid or not.
struct DICOMBuilder {
  static let implicit = "1.2.840.10008.1.2"
  static let explicit = "1.2.840.10008.1.2.1"
  static let deflated = "1.2.840.10008.1.2.1.99"
  static let bigEndian = "1.2.840.10008.1.2.2"
  static let jpeg = "1.2.840.10008.1.2.4.50"
  static let jpeg2000 = "1.2.840.10008.1.2.4.90"

  /// How the data set is written, which may not be what the transfer syntax states.
  let isExplicit: Bool
  let isBig: Bool
  private(set) var bytes: [UInt8]

  /// Starts a file with the file meta information, or a bare data set.
  init(syntax: String?, isExplicit: Bool = true, isBig: Bool = false) {
    self.isExplicit = isExplicit
    self.isBig = isBig
    bytes = []
    guard let syntax else { return }
    var meta = DICOMBuilder(syntax: nil)
    meta.add(0x0002, 0x0010, "UI", Self.text(syntax, padding: 0))
    bytes = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
    bytes += meta.bytes
  }

  mutating func add(_ group: UInt16, _ element: UInt16, _ kind: String, _ value: [UInt8]) {
    bytes += word(group) + word(element)
    if !isExplicit {
      bytes += long(value.count)
    } else if ["OB", "OW", "SQ", "UN"].contains(kind) {
      bytes += Array(kind.utf8) + [0, 0] + long(value.count)
    } else {
      bytes += Array(kind.utf8) + word(UInt16(truncatingIfNeeded: value.count))
    }
    bytes += value
  }

  mutating func add(_ group: UInt16, _ element: UInt16, _ kind: String, _ value: String) {
    add(group, element, kind, Self.text(value, padding: 32))
  }

  mutating func add(_ group: UInt16, _ element: UInt16, _ value: UInt16) {
    add(group, element, "US", word(value))
  }

  /// Appends bytes as they are.
  mutating func append(_ raw: [UInt8]) { bytes += raw }

  /// The attributes of an image; `change` may add others before the pixels.
  mutating func addImage(
    rows: UInt16 = 8, columns: UInt16 = 8, bits: UInt16 = 8, samples: UInt16 = 1,
    photometric: String = "MONOCHROME2", frames: String? = nil
  ) {
    add(0x0008, 0x0016, "UI", Self.text("1.2.840.10008.5.1.4.1.1.1.1", padding: 0))
    add(0x0008, 0x0060, "CS", "CR")
    add(0x0028, 0x0002, samples)
    add(0x0028, 0x0004, "CS", photometric)
    if samples > 1 { add(0x0028, 0x0006, 0) }
    if let frames { add(0x0028, 0x0008, "IS", frames) }
    add(0x0028, 0x0010, rows)
    add(0x0028, 0x0011, columns)
    add(0x0028, 0x0100, bits)
    add(0x0028, 0x0101, bits)
    add(0x0028, 0x0102, bits &- 1)
    add(0x0028, 0x0103, 0)
  }

  mutating func addPixels(_ pixels: [UInt8]) { add(0x7fe0, 0x0010, "OW", pixels) }

  /// Appends compressed pixels with an empty offset table.
  mutating func addFragments(_ fragments: [[UInt8]]) {
    bytes += word(0x7fe0) + word(0x0010)
    bytes += isExplicit ? Array("OB".utf8) + [0, 0] : []
    bytes += [255, 255, 255, 255] + item([])
    for fragment in fragments { bytes += item(fragment) }
    bytes += word(0xfffe) + word(0xe0dd) + long(0)
  }

  func item(_ value: [UInt8]) -> [UInt8] {
    let padded = value.count % 2 == 1 ? value + [0] : value
    return word(0xfffe) + word(0xe000) + long(padded.count) + padded
  }

  func word(_ value: UInt16) -> [UInt8] {
    let (low, high) = (UInt8(value & 255), UInt8(value >> 8))
    return isBig ? [high, low] : [low, high]
  }

  func long(_ value: Int) -> [UInt8] {
    let little = (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    return isBig ? little.reversed() : little
  }

  static func text(_ value: String, padding: UInt8) -> [UInt8] {
    let bytes = Array(value.utf8)
    return bytes.count % 2 == 1 ? bytes + [padding] : bytes
  }

  /// The ascending pixels of the 8 x 8 image that most tests use.
  static let ramp = (0..<64).map { UInt8($0) }

  /// A file with that image.
  static func sound(_ change: (inout DICOMBuilder) -> Void = { _ in }) -> [UInt8] {
    var file = DICOMBuilder(syntax: explicit)
    file.addImage()
    change(&file)
    file.addPixels(ramp)
    return file.bytes
  }
}

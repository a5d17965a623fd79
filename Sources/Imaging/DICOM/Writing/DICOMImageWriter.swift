import CDCMTK
import Foundation

/// Writes gray-scale images as DICOM files.
///
/// The same input gives the same bytes: no date, time or random identifier is added. What is needed and
/// not given is derived: the study, series and instance identifiers from the image and the
/// attributes.
public struct DICOMImageWriter: Sendable {
  /// How the pixels are coded.
  public enum Compression: Sendable, Hashable {
    /// Explicit VR little endian, not compressed.
    case none
    /// JPEG Baseline, 8 bits, lossy; quality from 1 to 100.
    case jpegBaseline(quality: Int)
  }

  /// The kind of object.
  public enum Kind: String, Sendable {
    /// Secondary Capture, as the SIIM-ACR radiographs are.
    case secondaryCapture = "1.2.840.10008.5.1.4.1.1.7"
    /// Computed Radiography.
    case computedRadiography = "1.2.840.10008.5.1.4.1.1.1"
  }

  /// How the pixels are coded.
  public var compression: Compression
  /// The kind of object, unless the attributes name a `SOPClassUID`.
  public var kind: Kind
  /// Whether low values are bright (`MONOCHROME1`) or dark (`MONOCHROME2`).
  public var isInverted: Bool

  /// Makes a writer.
  ///
  /// - Precondition: The quality is from 1 to 100.
  public init(
    compression: Compression = .none, kind: Kind = .secondaryCapture, isInverted: Bool = false
  ) {
    if case .jpegBaseline(let quality) = compression {
      precondition((1...100).contains(quality), "JPEG quality goes from 1 to 100, not \(quality)")
    }
    self.compression = compression
    self.kind = kind
    self.isInverted = isInverted
  }

  /// Writes an 8-bit gray image.
  ///
  /// - Parameters:
  ///   - image: The stored values, one channel.
  ///   - path: Where to; replaced at once when the file is complete.
  ///   - attributes: Values by keyword, such as `["PatientID": "7", "ViewPosition": "PA"]`; several
  ///     values are joined by backslashes.
  /// - Precondition: `image` has one channel and at most 65 535 rows and columns.
  /// - Throws: `DICOMError` if an attribute is not known or its value not possible, or the file cannot be
  ///   written.
  public func write(
    _ image: PixelBuffer, to path: String, attributes: [String: String] = [:]
  ) throws(DICOMError) {
    precondition(image.channels == 1, "a gray image has 1 channel, not \(image.channels)")
    try write(
      image.samples, width: image.width, height: image.height, bitsAllocated: 8,
      bitsStored: 8, isSigned: false, to: path, attributes: attributes)
  }

  /// Writes stored values of more than 8 bits, not compressed.
  ///
  /// - Parameters:
  ///   - values: The stored values row by row, `width * height` of them.
  ///   - width: Columns, in pixels.
  ///   - height: Rows, in pixels.
  ///   - bitsStored: Bits that hold a value, from 1 to 16.
  ///   - path: Where to.
  ///   - attributes: Values by keyword.
  /// - Precondition: The counts agree, no value needs more than `bitsStored` bits, and compression
  ///   is `.none`.
  /// - Throws: As the 8-bit variant.
  public func write(
    _ values: [UInt16], width: Int, height: Int, bitsStored: Int, to path: String,
    attributes: [String: String] = [:]
  ) throws(DICOMError) {
    precondition(compression == .none, "JPEG Baseline holds 8 bits; write 16 bits uncompressed")
    precondition(
      (1...16).contains(bitsStored), "16-bit samples hold 1 to 16 bits, not \(bitsStored)")
    precondition(
      values.count == width * height,
      "\(width) x \(height) values are \(width * height), not \(values.count)")
    let largest = values.max() ?? 0
    precondition(
      Int(largest) < 1 << bitsStored, "the value \(largest) needs more than \(bitsStored) bits")
    let bytes = values.withUnsafeBytes { Array($0) }
    try write(
      bytes, width: width, height: height, bitsAllocated: 16, bitsStored: bitsStored,
      isSigned: false, to: path, attributes: attributes)
  }

  private func write(
    _ bytes: [UInt8], width: Int, height: Int, bitsAllocated: Int, bitsStored: Int,
    isSigned: Bool, to path: String, attributes given: [String: String]
  ) throws(DICOMError) {
    precondition(
      (1...65535).contains(width) && (1...65535).contains(height),
      "a DICOM image has 1 to 65535 rows and columns, not \(height) and \(width)")
    let all = completed(given, bytes: bytes, width: width, height: height)
    let keywords = all.keys.sorted()
    let temporary = path + ".partial-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    var reason = lb_dcm_reason()
    let status = Self.withCStrings(keywords) { names in
      Self.withCStrings(keywords.map { all[$0] ?? "" }) { values in
        bytes.withUnsafeBufferPointer { pixels in
          var image = lb_dcm_image()
          image.keywords = names
          image.values = values
          image.count = keywords.count
          image.rows = Int32(height)
          image.columns = Int32(width)
          image.bits_allocated = Int32(bitsAllocated)
          image.bits_stored = Int32(bitsStored)
          image.is_signed = isSigned ? 1 : 0
          image.pixels = pixels.baseAddress
          if case .jpegBaseline(let quality) = compression { image.jpeg_quality = Int32(quality) }
          return lb_dcm_write(temporary, &image, &reason)
        }
      }
    }
    guard status == LB_DCM_OK else {
      unlink(temporary)
      throw DICOMError(status, file: path, reason: reason)
    }
    guard rename(temporary, path) == 0 else {
      let detail = String(cString: strerror(errno))
      unlink(temporary)
      throw DICOMError(kind: .unwritable, file: path, detail: detail)
    }
  }

  /// The attributes with everything that the standard requires of the object.
  private func completed(
    _ given: [String: String], bytes: [UInt8], width: Int, height: Int
  ) -> [String: String] {
    var all: [String: String] = [
      "SOPClassUID": kind.rawValue,
      "Modality": kind == .computedRadiography ? "CR" : "OT",
      "ConversionType": "WSD",
      "PatientID": "", "PatientName": "", "PatientBirthDate": "", "PatientSex": "",
      "StudyDate": "", "StudyTime": "", "StudyID": "", "AccessionNumber": "",
      "ReferringPhysicianName": "", "SeriesNumber": "", "InstanceNumber": "1",
      "PatientOrientation": "", "SpecificCharacterSet": "ISO_IR 192",
    ]
    if kind == .computedRadiography {
      all["ConversionType"] = nil
      all["BodyPartExamined"] = ""
      all["ViewPosition"] = ""
    }
    all.merge(given) { $1 }
    all["PhotometricInterpretation"] = isInverted ? "MONOCHROME1" : "MONOCHROME2"
    var digest = Digest()
    for keyword in given.keys.sorted() { digest.add("\(keyword)=\(given[keyword] ?? "");".utf8) }
    let patient = digest
    digest.add("\(width)x\(height):".utf8)
    digest.add(bytes)
    let uids = [
      ("StudyInstanceUID", patient, 1), ("SeriesInstanceUID", patient, 2),
      ("SOPInstanceUID", digest, 3),
    ]
    for (keyword, source, salt) in uids where all[keyword] == nil {
      var salted = source
      salted.add("\(salt)".utf8)
      all[keyword] = salted.uid
    }
    return all
  }

  private static func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
  ) -> Result {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return copies.map { $0.map { UnsafePointer($0) } }.withUnsafeBufferPointer {
      body($0.baseAddress)
    }
  }
}

/// Two FNV-1a sums of 64 bits: enough to tell images apart, and the same on every machine.
private struct Digest {
  var first: UInt64 = 0xcbf2_9ce4_8422_2325
  var second: UInt64 = 0x6c62_272e_07bb_0142

  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      first = (first ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
      second = (second &+ UInt64(byte)) &* 0x9e37_79b9_7f4a_7c15
      second ^= second >> 29
    }
  }

  /// An identifier below 2.25, the root for numbers without a registration.
  var uid: String {
    // UUID bits 12...15 of the third group and 62...63 of the fourth name a made-up (version 8) UUID.
    let high = first & ~0xf000 | 0x8000
    let low = second & ~(3 << 62) | 2 << 62
    return "2.25." + Self.decimal(high, low)
  }

  private static func decimal(_ high: UInt64, _ low: UInt64) -> String {
    var (high, low) = (high, low)
    var digits: [Character] = []
    repeat {
      let (newHigh, carry) = high.quotientAndRemainder(dividingBy: 10)
      let (newLow, digit) = (10 as UInt64).dividingFullWidth((carry, low))
      (high, low) = (newHigh, newLow)
      digits.append(Character(String(digit)))
    } while high > 0 || low > 0
    return String(digits.reversed())
  }
}

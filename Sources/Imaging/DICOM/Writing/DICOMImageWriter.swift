import CDCMTK
import Files
import Glibc

/// Writes grayscale images as DICOM files.
///
/// Output is reproducible: no date, time or random identifier is added. Missing study, series and
/// instance UIDs are derived from the image and the attributes.
package struct DICOMImageWriter: Sendable {
  /// The compression of the pixels.
  package enum Compression: Sendable, Hashable {
    /// Uncompressed, explicit VR little endian.
    case none
    /// JPEG Baseline, 8 bits, with a quality of 1 to 100.
    case jpegBaseline(quality: Int)
  }

  /// The SOP class.
  package enum Kind: String, Sendable {
    /// Secondary Capture, as in the SIIM-ACR set.
    case secondaryCapture = "1.2.840.10008.5.1.4.1.1.7"
    /// Computed Radiography.
    case computedRadiography = "1.2.840.10008.5.1.4.1.1.1"
  }

  /// The compression of the pixels.
  package var compression: Compression
  /// The SOP class, unless the attributes contain a `SOPClassUID`.
  package var kind: Kind
  /// Whether low values are bright (`MONOCHROME1`).
  package var isInverted: Bool

  /// Creates a writer.
  ///
  /// - Precondition: The JPEG quality is 1 to 100.
  package init(
    compression: Compression = .none, kind: Kind = .secondaryCapture, isInverted: Bool = false
  ) {
    if case .jpegBaseline(let quality) = compression {
      precondition((1...100).contains(quality), "the JPEG quality is 1 to 100, not \(quality)")
    }
    self.compression = compression
    self.kind = kind
    self.isInverted = isInverted
  }

  /// Writes an 8-bit grayscale image, atomically.
  ///
  /// - Parameters:
  ///   - image: The stored values, one channel.
  ///   - path: The file, replaced if it exists.
  ///   - attributes: Values by keyword, such as `["PatientID": "7", "ViewPosition": "PA"]`; several
  ///     values are joined by backslashes.
  /// - Returns: The size of the file in bytes.
  /// - Precondition: `image` has one channel and at most 65,535 rows and columns.
  /// - Throws: `DICOMError` if an attribute is unknown or invalid, or `FileError`.
  @discardableResult
  package func write(
    _ image: PixelBuffer, to path: String, attributes: [String: String] = [:]
  ) throws -> Int {
    precondition(image.channels == 1, "a grayscale image has 1 channel, not \(image.channels)")
    return try write(
      image.samples, width: image.width, height: image.height, bitsAllocated: 8,
      bitsStored: 8, isSigned: false, to: path, attributes: attributes)
  }

  /// Writes stored values of up to 16 bits without compression, atomically.
  ///
  /// - Parameters:
  ///   - values: The `width * height` stored values, rows from the top.
  ///   - width: The number of columns.
  ///   - height: The number of rows.
  ///   - bitsStored: The number of bits per value, 1 to 16.
  ///   - path: The file, replaced if it exists.
  ///   - attributes: Values by keyword.
  /// - Returns: The size of the file in bytes.
  /// - Precondition: The counts agree, no value exceeds `bitsStored` bits, and the compression is `.none`.
  /// - Throws: `DICOMError` if an attribute is unknown or invalid, or `FileError`.
  @discardableResult
  package func write(
    _ values: [UInt16], width: Int, height: Int, bitsStored: Int, to path: String,
    attributes: [String: String] = [:]
  ) throws -> Int {
    precondition(
      compression == .none, "JPEG Baseline supports 8 bits only; use compression .none for 16 bits")
    precondition(
      (1...16).contains(bitsStored), "bitsStored is 1 to 16, not \(bitsStored)")
    precondition(
      values.count == width * height,
      "an image of \(width) x \(height) has \(width * height) values, not \(values.count)")
    let largest = values.max() ?? 0
    precondition(
      Int(largest) < 1 << bitsStored, "the value \(largest) exceeds \(bitsStored) bits")
    let bytes = values.withUnsafeBytes { Array($0) }
    return try write(
      bytes, width: width, height: height, bitsAllocated: 16, bitsStored: bitsStored,
      isSigned: false, to: path, attributes: attributes)
  }

  private func write(
    _ bytes: [UInt8], width: Int, height: Int, bitsAllocated: Int, bitsStored: Int,
    isSigned: Bool, to path: String, attributes given: [String: String]
  ) throws -> Int {
    precondition(
      (1...65535).contains(width) && (1...65535).contains(height),
      "a DICOM image has 1 to 65535 rows and columns, not \(height) x \(width)")
    let all = completed(given, bytes: bytes, width: width, height: height)
    let keywords = all.keys.sorted()
    var file: UnsafeMutablePointer<UInt8>?
    var count = 0
    defer { free(file) }
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
          return lb_dcm_encode(&image, &file, &count, &reason)
        }
      }
    }
    guard status == LB_DCM_OK else { throw DICOMError(status, file: path, reason: reason) }
    try AtomicFile.write(Array(UnsafeBufferPointer(start: file, count: count)), to: path)
    return count
  }

  /// Adds the attributes that the standard requires of the SOP class.
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
    var digest = UIDDigest()
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

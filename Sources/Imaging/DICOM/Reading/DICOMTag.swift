import CDCMTK

/// The tag of a DICOM attribute: a group and an element number.
///
/// A string literal is a keyword of the data dictionary: `file.string("PatientID")`.
public struct DICOMTag: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
  /// The group number, such as `0x0028` for the description of the image.
  package let group: UInt16
  /// The element number within the group.
  package let element: UInt16

  /// Creates a tag from its group and element number.
  public init(_ group: UInt16, _ element: UInt16) {
    self.group = group
    self.element = element
  }

  /// Looks up a keyword of the DICOM data dictionary, such as `PatientID`; nil if it is unknown.
  public init?(keyword: String) {
    let number = lb_dcm_tag_of_keyword(keyword)
    guard number != 0 else { return nil }
    self.init(number: number)
  }

  /// Creates the tag of a keyword.
  ///
  /// - Precondition: The keyword is in the data dictionary. Use `init(keyword:)` for a user's input.
  public init(stringLiteral keyword: String) {
    guard let tag = DICOMTag(keyword: keyword) else {
      preconditionFailure("unknown DICOM keyword \"\(keyword)\"")
    }
    self = tag
  }

  init(number: UInt32) {
    self.init(UInt16(number >> 16), UInt16(number & 0xffff))
  }

  var number: UInt32 { UInt32(group) << 16 | UInt32(element) }

  /// The keyword in the data dictionary; nil for private and unknown tags.
  public var keyword: String? {
    var reason = lb_dcm_reason()
    lb_dcm_keyword_of_tag(number, &reason)
    let text = reason.string
    return text.isEmpty ? nil : text
  }

  /// The tag as `(0028,0010)`, in hexadecimal digits.
  public var description: String { "(\(Self.hex(group)),\(Self.hex(element)))" }

  private static func hex(_ number: UInt16) -> String {
    let digits = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}

extension lb_dcm_reason {
  var string: String {
    withUnsafeBytes(of: text) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}

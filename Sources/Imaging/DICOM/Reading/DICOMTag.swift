import CDCMTK

/// The name of an attribute: a group and an element number.
public struct DICOMTag: Sendable, Hashable, CustomStringConvertible {
  /// The group number, such as `0x0028` for the description of the image.
  public let group: UInt16
  /// The element number within the group.
  public let element: UInt16

  /// Makes a tag from its two numbers.
  public init(_ group: UInt16, _ element: UInt16) {
    self.group = group
    self.element = element
  }

  /// Finds the tag of a keyword of the DICOM dictionary, such as `PatientID`; `nil` if there is no
  /// such keyword.
  public init?(keyword: String) {
    let number = lb_dcm_tag_of_keyword(keyword)
    guard number != 0 else { return nil }
    self.init(number: number)
  }

  init(number: UInt32) {
    self.init(UInt16(number >> 16), UInt16(number & 0xffff))
  }

  var number: UInt32 { UInt32(group) << 16 | UInt32(element) }

  /// The keyword of the DICOM dictionary; `nil` for private and unknown tags.
  public var keyword: String? {
    var reason = lb_dcm_reason()
    lb_dcm_keyword_of_tag(number, &reason)
    let text = reason.string
    return text.isEmpty ? nil : text
  }

  /// `(0028,0010)`, in hexadecimal digits.
  public var description: String { "(\(Self.hex(group)),\(Self.hex(element)))" }

  private static func hex(_ number: UInt16) -> String {
    let digits = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}

/// One step into a nested data set: an item of a sequence.
public struct DICOMStep: Sendable, Hashable {
  /// The sequence.
  public let sequence: DICOMTag
  /// Which of its items, from 0.
  public let item: Int

  /// Makes a step.
  ///
  /// - Precondition: `item` is not negative.
  public init(_ sequence: DICOMTag, item: Int = 0) {
    precondition(item >= 0, "items are counted from 0, not \(item)")
    self.sequence = sequence
    self.item = item
  }
}

extension lb_dcm_reason {
  var string: String {
    withUnsafeBytes(of: text) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}

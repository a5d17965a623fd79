import CDCMTK
import Foundation

/// An open DICOM file.
///
/// Opening a file reads its attributes; large values such as the pixels stay in the file until they
/// are accessed. Instances can be shared between threads; a frame is decoded on the calling thread.
public struct DICOMFile: Sendable {
  /// The items of nested sequences, outermost first.
  public typealias Path = [(sequence: DICOMTag, item: Int)]

  /// The path, or the name given to bytes in memory.
  package let name: String
  let handle: DICOMHandle

  /// Opens a file.
  ///
  /// - Throws: `DICOMError` if it cannot be read, is not DICOM, or is truncated.
  public init(contentsOf path: String) throws(DICOMError) {
    handle = try DICOMHandle(path: path, headerOnly: false)
    name = path
  }

  /// Opens a file in memory.
  ///
  /// - Parameters:
  ///   - bytes: The bytes of the file.
  ///   - name: The name of the file in errors.
  /// - Throws: `DICOMError` if the bytes are not a complete DICOM file.
  public init(bytes: [UInt8], name: String) throws(DICOMError) {
    handle = try DICOMHandle(bytes: bytes, name: name)
    self.name = name
  }

  private init(handle: DICOMHandle) {
    self.handle = handle
    name = handle.name
  }

  /// Opens a file without its pixel data: fast, but a truncation of the pixels is not detected.
  ///
  /// The first access to the pixels opens the file again.
  ///
  /// - Throws: `DICOMError` if it cannot be read, is not DICOM, or its header is truncated.
  public static func readHeader(of path: String) throws(DICOMError) -> DICOMFile {
    DICOMFile(handle: try DICOMHandle(path: path, headerOnly: true))
  }

  /// Whether the file has no preamble and was read as a bare data set.
  package var lacksPreamble: Bool { handle.read { lb_dcm_facts_of($0).lacks_preamble != 0 } }

  /// Whether the data set states the representation of its values.
  var isExplicit: Bool { handle.read { lb_dcm_facts_of($0).is_explicit != 0 } }

  func error(_ reason: DICOMError.Reason, _ detail: String) -> DICOMError {
    DICOMError(reason, file: name, detail: detail)
  }
}

extension DICOMFile {
  /// The value of an attribute as text, converted from the character set of the file.
  ///
  /// - Parameters:
  ///   - tag: The attribute, as a tag or keyword.
  ///   - path: The items of the sequences that contain the attribute, outermost first, such as
  ///     `[("VOILUTSequence", 0)]`; items are counted from 0.
  /// - Returns: The text without padding, several values joined by backslashes; nil if the attribute is
  ///   missing, empty, a sequence or bulk data.
  public func string(_ tag: DICOMTag, in path: Path = []) -> String? {
    guard let (text, _) = textAndKind(tag, in: path), !text.isEmpty else { return nil }
    return text
  }

  /// The values of an attribute as texts; empty if it is missing.
  public func strings(_ tag: DICOMTag, in path: Path = []) -> [String] {
    guard let (text, kind) = textAndKind(tag, in: path), !text.isEmpty else { return [] }
    // A backslash is part of the text in these representations.
    if ["LT", "ST", "UT", "UR"].contains(kind) { return [text] }
    return Self.values(of: text).map { String($0) ?? "" }
  }

  /// The first value of an attribute as a number; nil if it is missing or not a finite number.
  public func double(_ tag: DICOMTag, in path: Path = []) -> Double? {
    numbers(tag, in: path).first ?? nil
  }

  /// The values of an attribute as numbers; empty if it is missing or a value is not a finite
  /// number.
  public func doubles(_ tag: DICOMTag, in path: Path = []) -> [Double] {
    let numbers = numbers(tag, in: path)
    let valid = numbers.compactMap(\.self)
    return valid.count == numbers.count ? valid : []
  }

  /// The values of an attribute as numbers, nil in the place of each that is not a finite number.
  func numbers(_ tag: DICOMTag, in path: Path = []) -> [Double?] {
    guard let (text, _) = textAndKind(tag, in: path), !text.isEmpty else { return [] }
    return Self.values(of: text).map(Self.number)
  }

  /// The first value of an attribute as an integer; nil if it is missing or not an integer.
  public func int(_ tag: DICOMTag, in path: Path = []) -> Int? {
    double(tag, in: path).flatMap { Int(exactly: $0) }
  }

  /// Whether an attribute is present; it may be empty.
  public func contains(_ tag: DICOMTag, in path: Path = []) -> Bool {
    withSteps(path) { steps in
      handle.read { file in
        var text: UnsafeMutablePointer<CChar>?
        defer { free(text) }
        return lb_dcm_text(file, steps.baseAddress, steps.count, tag.number, &text, nil)
          == LB_DCM_OK
      }
    }
  }

  /// The number of items of a sequence; 0 if it is missing.
  public func itemCount(of tag: DICOMTag, in path: Path = []) -> Int {
    withSteps(path) { steps in
      handle.read { lb_dcm_item_count($0, steps.baseAddress, steps.count, tag.number) }
    }
  }

  /// The tags of the top-level attributes up to the pixels, in ascending order.
  public var tags: [DICOMTag] {
    handle.read { file in
      var start: UnsafeMutablePointer<UInt32>?
      var count = 0
      defer { free(start) }
      guard lb_dcm_tags(file, &start, &count) == LB_DCM_OK else { return [] }
      return UnsafeBufferPointer(start: start, count: count).map { DICOMTag(number: $0) }
    }
  }

  /// The longest value that `bytes` returns: the data of a lookup table.
  private static let byteLimit = 1 << 20

  /// The bytes of an attribute in little endian order, and its value representation.
  func bytes(_ tag: DICOMTag, in path: Path = []) -> (bytes: [UInt8], kind: String)? {
    withSteps(path) { steps in
      handle.read { file in
        var start: UnsafeMutablePointer<UInt8>?
        var count = 0
        var kind: (CChar, CChar, CChar) = (0, 0, 0)
        defer { free(start) }
        let status = withUnsafeMutableBytes(of: &kind) {
          lb_dcm_bytes(
            file, steps.baseAddress, steps.count, tag.number, Self.byteLimit, &start, &count,
            $0.baseAddress?.assumingMemoryBound(to: CChar.self))
        }
        guard status == LB_DCM_OK else { return nil }
        let bytes = Array(UnsafeBufferPointer(start: start, count: count))
        return (bytes, Self.name(of: kind))
      }
    }
  }

  private func textAndKind(_ tag: DICOMTag, in path: Path) -> (String, String)? {
    withSteps(path) { steps in
      handle.read { file in
        var text: UnsafeMutablePointer<CChar>?
        var kind: (CChar, CChar, CChar) = (0, 0, 0)
        defer { free(text) }
        let status = withUnsafeMutableBytes(of: &kind) {
          lb_dcm_text(
            file, steps.baseAddress, steps.count, tag.number, &text,
            $0.baseAddress?.assumingMemoryBound(to: CChar.self))
        }
        guard status == LB_DCM_OK, let text else { return nil }
        return (String(cString: text), Self.name(of: kind))
      }
    }
  }

  private func withSteps<Result>(
    _ path: Path, _ body: (UnsafeBufferPointer<lb_dcm_step>) -> Result
  ) -> Result {
    path.map { step in
      precondition(step.item >= 0, "the index of an item is not negative: \(step.item)")
      return lb_dcm_step(tag: step.sequence.number, item: UInt32(step.item))
    }
    .withUnsafeBufferPointer(body)
  }

  /// The values of a text without their padding.
  private static func values(of text: String) -> [Substring.UTF8View] {
    func isPadding(_ byte: UInt8) -> Bool { byte == 0 || byte == 32 || (9...13).contains(byte) }
    return text.utf8.split(separator: UInt8(ascii: "\\"), omittingEmptySubsequences: false).map {
      var value = $0
      while let first = value.first, isPadding(first) { value.removeFirst() }
      while let last = value.last, isPadding(last) { value.removeLast() }
      return value
    }
  }

  /// A decimal number; Swift's syntax also has hexadecimal numbers and names.
  private static func number(_ text: Substring.UTF8View) -> Double? {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard text.count <= 64, text.allSatisfy({ digits.contains($0) || "+-.eE".utf8.contains($0) }),
      let number = Double(Substring(text)), number.isFinite
    else { return nil }
    return number
  }

  private static func name(of kind: (CChar, CChar, CChar)) -> String {
    withUnsafeBytes(of: kind) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}

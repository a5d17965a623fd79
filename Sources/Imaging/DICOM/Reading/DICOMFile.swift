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
  package var lacksPreamble: Bool { handle.read { lb_dcm_lacks_preamble($0) != 0 } }

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
    return text.split(separator: "\\", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: Self.padding)
    }
  }

  /// The first value of an attribute as a number; nil if it is missing or not a finite number.
  public func double(_ tag: DICOMTag, in path: Path = []) -> Double? {
    strings(tag, in: path).first.flatMap(Self.number)
  }

  /// The values of an attribute as numbers; empty if it is missing or a value is not a finite
  /// number.
  public func doubles(_ tag: DICOMTag, in path: Path = []) -> [Double] {
    let texts = strings(tag, in: path)
    let numbers = texts.compactMap(Self.number)
    return numbers.count == texts.count ? numbers : []
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

  /// The tags of the top-level attributes, in ascending order.
  public var tags: [DICOMTag] {
    handle.read { file in
      (0..<lb_dcm_element_count(file)).map { DICOMTag(number: lb_dcm_element_tag(file, $0)) }
    }
  }

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
            file, steps.baseAddress, steps.count, tag.number, &start, &count,
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

  private static let padding = CharacterSet(charactersIn: " \0")

  private static func number(_ text: String) -> Double? {
    guard let number = Double(text), number.isFinite else { return nil }
    return number
  }

  private static func name(of kind: (CChar, CChar, CChar)) -> String {
    withUnsafeBytes(of: kind) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}

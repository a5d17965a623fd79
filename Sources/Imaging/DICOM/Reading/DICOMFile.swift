import CDCMTK
import Foundation

/// An open DICOM file: its attributes, and its pixels when asked for.
///
/// Opening reads the data set but leaves large values, the pixels above all, in the file. A value of
/// this type may be shared by threads; each frame is decoded by the thread that asks for it.
public struct DICOMFile: Sendable {
  /// The path, or the name given to bytes; used in errors.
  public let name: String
  let handle: DICOMHandle

  /// Opens a file.
  ///
  /// - Throws: `DICOMError` if it cannot be read, is not DICOM, or ends inside its data set.
  public init(contentsOf path: String) throws(DICOMError) {
    handle = try DICOMHandle(path: path, headerOnly: false)
    name = path
  }

  /// Opens a file that is in memory.
  ///
  /// - Parameters:
  ///   - bytes: The file's bytes.
  ///   - name: What errors call it.
  /// - Throws: `DICOMError` if the bytes are not those of a whole DICOM file.
  public init(bytes: [UInt8], name: String) throws(DICOMError) {
    handle = try DICOMHandle(bytes: bytes, name: name)
    self.name = name
  }

  private init(handle: DICOMHandle) {
    self.handle = handle
    name = handle.name
  }

  /// Reads a file up to its pixel data: quick, and whether the pixels are whole stays unknown.
  ///
  /// Asking the result for pixels opens the file again.
  ///
  /// - Throws: `DICOMError` if it cannot be read, is not DICOM, or ends inside its header.
  public static func readHeader(of path: String) throws(DICOMError) -> DICOMFile {
    DICOMFile(handle: try DICOMHandle(path: path, headerOnly: true))
  }

  /// Whether the file has no preamble and was read as a bare data set.
  public var isHeadless: Bool { handle.read { lb_dcm_is_headless($0) != 0 } }

  func error(_ kind: DICOMError.Kind, _ detail: String) -> DICOMError {
    DICOMError(kind: kind, file: name, detail: detail)
  }
}

// MARK: - Attributes by tag

extension DICOMFile {
  /// The value of an attribute as text, several values joined by backslashes; `nil` if it is
  /// absent, empty, a sequence or bulk data.
  ///
  /// Text is converted from the file's character set.
  ///
  /// - Parameters:
  ///   - tag: The attribute.
  ///   - path: The way into nested sequences, outermost first.
  /// - Returns: The text, without padding.
  public func string(_ tag: DICOMTag, in path: [DICOMStep] = []) -> String? {
    guard let (text, _) = textAndKind(tag, in: path), !text.isEmpty else { return nil }
    return text
  }

  /// The values of an attribute as texts; none if it is absent or empty.
  public func strings(_ tag: DICOMTag, in path: [DICOMStep] = []) -> [String] {
    guard let (text, kind) = textAndKind(tag, in: path), !text.isEmpty else { return [] }
    // These may hold a backslash as a character.
    if ["LT", "ST", "UT", "UR"].contains(kind) { return [text] }
    return text.split(separator: "\\", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: Self.padding)
    }
  }

  /// The first value of an attribute as a number; `nil` if it is absent or no finite number.
  public func double(_ tag: DICOMTag, in path: [DICOMStep] = []) -> Double? {
    strings(tag, in: path).first.flatMap(Self.number)
  }

  /// The values of an attribute as numbers; none if it is absent or one of them is no finite number.
  public func doubles(_ tag: DICOMTag, in path: [DICOMStep] = []) -> [Double] {
    let texts = strings(tag, in: path)
    let numbers = texts.compactMap(Self.number)
    return numbers.count == texts.count ? numbers : []
  }

  /// The first value of an attribute as a whole number; `nil` if it is absent or no whole number.
  public func int(_ tag: DICOMTag, in path: [DICOMStep] = []) -> Int? {
    double(tag, in: path).flatMap { Int(exactly: $0) }
  }

  /// The values of an attribute as whole numbers; none if it is absent or one of them is not whole.
  public func ints(_ tag: DICOMTag, in path: [DICOMStep] = []) -> [Int] {
    let numbers = doubles(tag, in: path)
    let whole = numbers.compactMap { Int(exactly: $0) }
    return whole.count == numbers.count ? whole : []
  }

  /// Whether an attribute is there, be it empty.
  public func contains(_ tag: DICOMTag, in path: [DICOMStep] = []) -> Bool {
    withSteps(path) { steps in
      handle.read { file in
        var text: UnsafeMutablePointer<CChar>?
        defer { free(text) }
        return lb_dcm_text(file, steps.baseAddress, steps.count, tag.number, &text, nil)
          == LB_DCM_OK
      }
    }
  }

  /// The number of items of a sequence; 0 if it is absent.
  public func itemCount(of tag: DICOMTag, in path: [DICOMStep] = []) -> Int {
    withSteps(path) { steps in
      handle.read { lb_dcm_item_count($0, steps.baseAddress, steps.count, tag.number) }
    }
  }

  /// The tags of the data set's own attributes, in ascending order.
  public var tags: [DICOMTag] {
    handle.read { file in
      (0..<lb_dcm_element_count(file)).map { DICOMTag(number: lb_dcm_element_tag(file, $0)) }
    }
  }

  /// An attribute's bytes in little endian order, and its value representation.
  func bytes(_ tag: DICOMTag, in path: [DICOMStep] = []) -> (bytes: [UInt8], kind: String)? {
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

  private func textAndKind(_ tag: DICOMTag, in path: [DICOMStep]) -> (String, String)? {
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
    _ path: [DICOMStep], _ body: (UnsafeBufferPointer<lb_dcm_step>) -> Result
  ) -> Result {
    path.map { lb_dcm_step(tag: $0.sequence.number, item: UInt32($0.item)) }
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

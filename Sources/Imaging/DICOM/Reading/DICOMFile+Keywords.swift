/// Attributes by keyword.
///
/// A misspelled keyword is a programmer's mistake and stops the program; for keywords that a user
/// types, make a `DICOMTag(keyword:)` first, which may be `nil`.
extension DICOMFile {
  /// The value as text, several values joined by backslashes; `nil` if absent or empty.
  public func string(_ keyword: String) -> String? { string(Self.tag(keyword)) }

  /// The values as texts; none if absent or empty.
  public func strings(_ keyword: String) -> [String] { strings(Self.tag(keyword)) }

  /// The first value as a number; `nil` if absent or no finite number.
  public func double(_ keyword: String) -> Double? { double(Self.tag(keyword)) }

  /// The values as numbers; none if absent or not all finite numbers.
  public func doubles(_ keyword: String) -> [Double] { doubles(Self.tag(keyword)) }

  /// The first value as a whole number; `nil` if absent or no whole number.
  public func int(_ keyword: String) -> Int? { int(Self.tag(keyword)) }

  /// The values as whole numbers; none if absent or not all whole.
  public func ints(_ keyword: String) -> [Int] { ints(Self.tag(keyword)) }

  private static func tag(_ keyword: String) -> DICOMTag {
    guard let tag = DICOMTag(keyword: keyword) else {
      preconditionFailure("no DICOM attribute is called \(keyword)")
    }
    return tag
  }
}

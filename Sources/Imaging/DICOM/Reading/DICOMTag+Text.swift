extension DICOMTag {
  /// Parses a keyword ("ViewPosition") or a tag in hexadecimal digits: "(0018,5101)", "0018,5101" or "00185101".
  ///
  /// - Returns: nil if the keyword is unknown or the text is neither.
  public init?(parsing text: String) {
    var digits = Substring(text)
    if digits.hasPrefix("("), digits.hasSuffix(")") { digits = digits.dropFirst().dropLast() }
    let parts = digits.split(separator: ",", omittingEmptySubsequences: false)
    let groups =
      parts.count == 1 && digits.utf8.count == 8
      ? [digits.prefix(4), digits.suffix(4)] : parts
    let numbers = groups.compactMap { group in
      group.utf8.count == 4 && group.allSatisfy(\.isHexDigit) ? UInt16(group, radix: 16) : nil
    }
    if numbers.count == 2, groups.count == 2 {
      self.init(numbers[0], numbers[1])
    } else if let tag = DICOMTag(keyword: text) {
      self = tag
    } else {
      return nil
    }
  }

  /// The keyword if the tag has one, else the digits: what `init(parsing:)` reads.
  package var text: String { keyword ?? description }
}

extension SIIMMask {
  /// Parses a row of runs: `gap length gap length …`, or `-1` for an empty mask.
  ///
  /// A gap counts from the end of the previous run, the first one from the first pixel. Positions
  /// run down the columns. Leading and trailing whitespace is ignored.
  ///
  /// - Throws: `SIIMMaskError` without file and line.
  public init(runLengths text: some StringProtocol, width: Int, height: Int) throws(SIIMMaskError) {
    self.init(
      width: width, height: height,
      sortedRuns: try Self.parse(runLengths: text, pixels: width * height))
  }

  /// More pixels than any image has: the sum of a row's numbers stays far from overflow.
  private static let pixelLimit = 1 << 40

  /// Parses a row of runs.
  ///
  /// - Parameters:
  ///   - text: The row.
  ///   - pixels: The number of pixels of the image; nil: not known yet.
  /// - Returns: Sorted, disjoint runs.
  /// - Throws: `SIIMMaskError` without file and line.
  static func parse(
    runLengths text: some StringProtocol, pixels: Int?
  ) throws(SIIMMaskError) -> [Range<Int>] {
    var numbers: [Int] = []
    for token in Substring(text).utf8.split(whereSeparator: {
      $0 == 0x20 || $0 == 0x09 || $0 == 0x0D
    }) {
      guard let number = Self.number(token) else {
        throw SIIMMaskError(.notANumber(token: String(Substring(token.prefix(40)))))
      }
      numbers.append(number)
    }
    guard !numbers.isEmpty else { throw SIIMMaskError(.empty) }
    if numbers == [-1] { return [] }
    guard numbers.count.isMultiple(of: 2) else {
      throw SIIMMaskError(.oddCount(numbers: numbers.count))
    }
    let pixels = pixels ?? Self.pixelLimit
    var runs: [Range<Int>] = []
    runs.reserveCapacity(numbers.count / 2)
    var position = 0
    for pair in 0..<numbers.count / 2 {
      let (gap, length) = (numbers[2 * pair], numbers[2 * pair + 1])
      guard gap >= 0 else { throw SIIMMaskError(.overlap(gap: gap)) }
      guard length > 0 else { throw SIIMMaskError(.emptyRun(length: length)) }
      // Numbers are below 2⁴⁰ and positions at most 2⁴⁰, so the sum cannot overflow.
      let end = position + gap + length
      guard end <= pixels else { throw SIIMMaskError(.beyondImage(end: end, pixels: pixels)) }
      if gap == 0, let last = runs.last {
        runs[runs.count - 1] = last.lowerBound..<end
      } else {
        runs.append(position + gap..<end)
      }
      position = end
    }
    return runs
  }

  /// The mask as a row of runs in canonical form: as few runs as possible, `-1` for an empty mask.
  package var runLengths: String {
    guard !runs.isEmpty else { return "-1" }
    var text = ""
    var position = 0
    for run in runs {
      if !text.isEmpty { text += " " }
      text += "\(run.lowerBound - position) \(run.count)"
      position = run.upperBound
    }
    return text
  }

  /// Parses an integer of at most 12 digits.
  private static func number(_ token: Substring.UTF8View.SubSequence) -> Int? {
    let isNegative = token.first == 0x2D
    let digits = token.dropFirst(isNegative ? 1 : 0)
    guard (1...12).contains(digits.count) else { return nil }
    var value = 0
    for digit in digits {
      guard (0x30...0x39).contains(digit) else { return nil }
      value = value * 10 + Int(digit - 0x30)
    }
    return isNegative ? -value : value
  }
}

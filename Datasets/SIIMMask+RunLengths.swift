/// What is wrong with a run-length row of a SIIM mask file.
public struct SIIMMaskError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kinds of mistakes.
  public enum Reason: Equatable, Sendable {
    /// The row has no numbers at all.
    case empty
    /// A token is not a whole number.
    case notANumber(token: String)
    /// Numbers come in pairs of gap and length; one is left over.
    case oddCount(numbers: Int)
    /// A gap is below 0, so its run would overlap the run before it.
    case overlap(gap: Int)
    /// A run has no pixel.
    case emptyRun(length: Int)
    /// A run ends behind the film's last pixel.
    case beyondImage(end: Int, pixels: Int)
    /// A line of the file has no comma between image and runs.
    case noComma
    /// The file's first line is not `ImageId, EncodedPixels`.
    case header(found: String)
    /// The file can't be read; the system's words.
    case unreadable(String)
  }

  /// What is wrong.
  public let reason: Reason
  /// The file, where there is one.
  public let file: String?
  /// The line in the file, from 1, where there is one.
  public let line: Int?

  /// Makes an error from its facts.
  public init(_ reason: Reason, file: String? = nil, line: Int? = nil) {
    self.reason = reason
    self.file = file
    self.line = line
  }

  /// One sentence: where, what, and what would be right.
  public var description: String {
    let place = [file, line.map { "line \($0)" }].compactMap { $0 }.joined(separator: ", ")
    return place.isEmpty ? sentence : "\(place): \(sentence)"
  }

  private var sentence: String {
    switch reason {
    case .empty:
      "the row of runs is empty; a film without a mask has -1"
    case .notANumber(let token):
      "\"\(token.prefix(20))\" among the runs is not a whole number"
    case .oddCount(let numbers):
      "runs are pairs of gap and length, but there are \(numbers) numbers"
    case .overlap(let gap):
      "a gap of \(gap) makes two runs overlap; gaps count from the end of the run before"
    case .emptyRun(let length):
      "a run of \(length) pixels; a run has at least one"
    case .beyondImage(let end, let pixels):
      "a run ends at pixel \(end), but the film has \(pixels); was it made for another size?"
    case .noComma:
      "the line has no comma between ImageId and EncodedPixels"
    case .header(let found):
      "the first line is \"\(found.prefix(40))\", not \"ImageId, EncodedPixels\""
    case .unreadable(let words):
      "can't be read (\(words))"
    }
  }
}

extension SIIMMask {
  /// Reads one row of runs: `gap length gap length …`, or `-1` for an empty mask.
  ///
  /// A gap counts from the end of the run before, the first one from the film's first pixel;
  /// positions run down the columns. Blanks before and after are allowed.
  ///
  /// - Throws: `SIIMMaskError` without file and line when the row is malformed.
  public init(runLengths text: some StringProtocol, width: Int, height: Int) throws(SIIMMaskError) {
    var numbers: [Int] = []
    for token in Substring(text).utf8.split(whereSeparator: {
      $0 == 0x20 || $0 == 0x09 || $0 == 0x0D
    }) {
      guard let number = Self.number(token) else {
        throw SIIMMaskError(.notANumber(token: String(Substring(token))))
      }
      numbers.append(number)
    }
    guard !numbers.isEmpty else { throw SIIMMaskError(.empty) }
    if numbers == [-1] {
      self.init(width: width, height: height)
      return
    }
    guard numbers.count.isMultiple(of: 2) else {
      throw SIIMMaskError(.oddCount(numbers: numbers.count))
    }
    let pixels = width * height
    var runs: [Range<Int>] = []
    runs.reserveCapacity(numbers.count / 2)
    var position = 0
    for pair in 0..<numbers.count / 2 {
      let (gap, length) = (numbers[2 * pair], numbers[2 * pair + 1])
      guard gap >= 0 else { throw SIIMMaskError(.overlap(gap: gap)) }
      guard length > 0 else { throw SIIMMaskError(.emptyRun(length: length)) }
      // Numbers are below 2⁴⁰ here, so the sums can't overflow.
      let end = position + gap + length
      guard end <= pixels else { throw SIIMMaskError(.beyondImage(end: end, pixels: pixels)) }
      if gap == 0, let last = runs.last {
        runs[runs.count - 1] = last.lowerBound..<end
      } else {
        runs.append(position + gap..<end)
      }
      position = end
    }
    self.init(width: width, height: height, sortedRuns: runs)
  }

  /// The mask as one row of runs, in the canonical form: as few runs as possible, `-1` for none.
  public var runLengths: String {
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

  /// A whole number of at most 12 digits.
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

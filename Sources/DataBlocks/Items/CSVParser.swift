import Files

/// Divides a text into cells, in time and memory proportional to its bytes.
struct CSVParser {
  static let maximumColumns = 1_000_000
  static let maximumRows = 2_000_000
  static let maximumCells = 50_000_000

  private let path: String
  private var separator: UInt8
  private let isGiven: Bool

  private var header: [String]?
  private var positions: [String: Int] = [:]
  /// The columns up to the last one with a name.
  private var namedCount = 0
  private var lines: [Int] = []
  private var ends: [Int32] = []
  private var content: [UInt8] = []

  // The record that is being read.
  private var firstEnd = 0
  private var firstByte = 0
  private var cellCount = 0
  private var start = 1

  init(path: String, separator: CSVSeparator?) {
    self.path = path
    self.separator = (separator ?? .comma).byte
    isGiven = separator != nil
  }

  private enum State { case start, plain, quoted, closed }

  /// Reads a text of UTF-8 without a byte order mark.
  mutating func parse(_ text: [UInt8]) throws(DataError) -> CSVContent {
    var (i, line) = (0, 1)
    if let (stated, length) = Self.statedSeparator(text) {
      if !isGiven { separator = stated.byte }
      i = length
      line = 2
    }
    try checkSeparator(text[i...], line: line)
    let hasLineFeed = text.contains(UInt8(ascii: "\n"))
    content.reserveCapacity(text.count)
    start = line
    var state = State.start
    var cellStart = 0
    while i < text.count {
      let byte = text[i]
      i += 1
      if state == .quoted {
        if byte != UInt8(ascii: "\"") {
          let isReturn = byte == 0x0D && !(i < text.count && text[i] == 0x0A)
          if byte == 0x0A || isReturn { line += 1 }
          content.append(byte)
        } else if i < text.count, text[i] == UInt8(ascii: "\"") {
          content.append(byte)
          i += 1
        } else {
          state = .closed
        }
        continue
      }
      switch byte {
      case separator:
        try endCell(from: cellStart, isQuoted: state == .closed)
        cellStart = content.count
        state = .start
      case 0x0A, 0x0D:
        var count = 1
        if byte == 0x0D {
          // Any number of CR before an LF is one line end with it.
          var next = i
          while next < text.count, text[next] == 0x0D { next += 1 }
          count = next - i + 1
          i = next
          if next < text.count, text[next] == 0x0A {
            (count, i) = (1, next + 1)
          } else if hasLineFeed, next < text.count, text[next] == separator {
            // Where lines end with LF, a CR before a separator is a blank.
            continue
          }
        }
        try endCell(from: cellStart, isQuoted: state == .closed)
        try endRecord()
        line += count
        (start, cellStart, state) = (line, content.count, .start)
      case UInt8(ascii: "\"") where state == .start: state = .quoted
      case UInt8(ascii: "\""):
        throw DataError(.quoteInsideCell, path: path, line: line)
      default:
        if state != .plain, byte <= 0x20 || byte == 0x7F { continue }
        if state == .closed { throw fault(.textAfterQuote, line) }
        state = .plain
        content.append(byte)
      }
    }
    if state == .quoted { throw DataError(.quoteNotClosed, path: path, line: start) }
    if state != .start || cellCount > 0 {
      try endCell(from: cellStart, isQuoted: state == .closed)
      try endRecord()
    }
    guard let header else { throw DataError(.noHeader, path: path, line: 1) }
    return CSVContent(names: header, positions: positions, lines: lines, bytes: content, ends: ends)
  }

  private func fault(_ fault: TableFault, _ line: Int? = nil) -> DataError {
    DataError(.table(fault), path: path, line: line)
  }

  private mutating func endCell(from first: Int, isQuoted: Bool) throws(DataError) {
    if !isQuoted { trim(from: first) }
    cellCount += 1
    if let header, cellCount > header.count {
      // Spreadsheets write blank cells behind the last column.
      guard content.count == first || content[first...].allSatisfy({ $0 <= 0x20 }) else {
        throw DataError(.cellCount(cellCount, expected: header.count), path: path, line: start)
      }
      content.removeSubrange(first...)
      return
    }
    if header == nil, cellCount > Self.maximumColumns {
      throw fault(.tooLarge("columns", limit: Self.maximumColumns), start)
    }
    if ends.count >= Self.maximumCells {
      throw fault(.tooLarge("cells", limit: Self.maximumCells), start)
    }
    ends.append(Int32(content.count))
  }

  private mutating func trim(from first: Int) {
    guard let head = content[first...].first, let tail = content.last else { return }
    func isPlain(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F }
    if isPlain(head), isPlain(tail) { return }
    let cell = String(decoding: content[first...], as: UTF8.self)
    content.replaceSubrange(first..., with: cell.trimmed.utf8)
  }

  private mutating func endRecord() throws(DataError) {
    defer {
      (firstEnd, firstByte) = (ends.count, content.count)
      cellCount = 0
    }
    if content.count == firstByte {
      // A line without content.
      ends.removeSubrange(firstEnd...)
      return
    }
    guard let header else { return try takeHeader() }
    if cellCount < header.count {
      guard cellCount >= namedCount else {
        throw DataError(.cellCount(cellCount, expected: header.count), path: path, line: start)
      }
      guard ends.count + header.count - cellCount <= Self.maximumCells else {
        throw fault(.tooLarge("cells", limit: Self.maximumCells), start)
      }
      for _ in cellCount..<header.count { ends.append(Int32(content.count)) }
    }
    if lines.count >= Self.maximumRows {
      throw fault(.tooLarge("rows", limit: Self.maximumRows), start)
    }
    lines.append(start)
  }

  private mutating func takeHeader() throws(DataError) {
    var names: [String] = []
    var from = firstByte
    for end in ends[firstEnd...] {
      names.append(String(decoding: content[from..<Int(end)], as: UTF8.self).trimmed)
      from = Int(end)
    }
    guard names.contains(where: { !$0.isEmpty }) else {
      throw DataError(.noHeader, path: path, line: start)
    }
    if names[0].hasPrefix("#"), names.dropFirst().allSatisfy(\.isEmpty) {
      throw fault(.comment, start)
    }
    for (position, name) in names.enumerated() where !name.isEmpty {
      guard positions.updateValue(position, forKey: name) == nil else {
        throw DataError(.duplicateColumn(name), path: path, line: start)
      }
      namedCount = position + 1
    }
    header = names
    content.removeAll(keepingCapacity: true)
    ends.removeAll()
  }

  /// The separator that a first line such as "sep=;" states, and the length of that line.
  private static func statedSeparator(_ text: [UInt8]) -> (CSVSeparator, length: Int)? {
    guard text.starts(with: Array("sep=".utf8)), text.count > 4,
      let separator = CSVSeparator.allCases.first(where: { $0.byte == text[4] })
    else { return nil }
    var end = 5
    while end < text.count, text[end] == 0x0D { end += 1 }
    if end < text.count, text[end] == 0x0A { end += 1 }
    return end > 5 ? (separator, end) : nil
  }

  /// Throws if the first line has no separator but another one.
  private func checkSeparator(_ text: ArraySlice<UInt8>, line: Int) throws(DataError) {
    var counts = [Int](repeating: 0, count: 256)
    var (isQuoted, hasContent) = (false, false)
    for byte in text {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if isQuoted { continue }
      if byte == 0x0A || byte == 0x0D {
        if hasContent { break }
        continue
      }
      if byte > 0x20 { hasContent = true }
      counts[Int(byte)] += 1
    }
    guard counts[Int(separator)] == 0 else { return }
    let others = CSVSeparator.allCases.filter { counts[Int($0.byte)] > 0 }
    if let other = others.max(by: { counts[Int($0.byte)] < counts[Int($1.byte)] }) {
      throw fault(.otherSeparator(other), line)
    }
  }
}

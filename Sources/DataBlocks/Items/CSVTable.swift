import Files

/// A table of comma-separated values with a header (RFC 4180).
///
/// Lines end with LF, CR LF, CR, or CR CR LF as Python's `csv` writes on Windows. The text is UTF-8, or UTF-16 with a
/// byte order mark. Names of columns and unquoted cells are trimmed; a quoted cell keeps its content. Lines without
/// any content are skipped, as are blank cells behind the last column. As in RFC 4180 and other than in pandas, a
/// quotation mark inside an unquoted cell and text behind a closing one are errors.
public struct CSVTable: Sendable {
  /// A row of the table.
  public struct Row: Sendable {
    let content: CSVContent
    let number: Int

    /// The line in the file, from 1.
    package var line: Int { content.lines[number] }
    /// The cells, in the order of the columns.
    public var cells: [String] { content.names.indices.map { self[$0] } }
    /// The cell of a column; nil if there is no such column.
    public subscript(column: String) -> String? { content.positions[column].map { self[$0] } }
    /// The cell at a position, from 0.
    public subscript(position: Int) -> String { content.cell(row: number, position) }
  }

  /// The names of the columns; "" for a column without a name.
  public var columns: [String] { content.names }
  /// The rows after the header.
  public let rows: [Row]
  /// The path of the file, for messages.
  package let path: String
  private let content: CSVContent

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - separator: The character between cells. Default: the comma, or what a first line such as `sep=;` says.
  /// - Throws: `DataError` naming the file and the line.
  public init(contentsOf path: String, separator: CSVSeparator? = nil) throws(DataError) {
    try self.init(bytes: CSVText.bytes(ofFile: path), path: path, separator: separator)
  }

  /// Parses a text.
  ///
  /// - Throws: `DataError` naming the path and the line.
  package init(
    text: String, path: String, separator: CSVSeparator? = nil
  ) throws(DataError) {
    try self.init(bytes: Array(text.utf8), path: path, separator: separator)
  }

  /// Parses the bytes of a file.
  ///
  /// - Throws: `DataError` naming the path and the line.
  package init(
    bytes: [UInt8], path: String, separator: CSVSeparator? = nil
  ) throws(DataError) {
    var parser = CSVParser(path: path, separator: separator)
    content = try parser.parse(try CSVText.utf8(bytes, path: path))
    self.path = path
    let content = content
    rows = content.lines.indices.map { Row(content: content, number: $0) }
  }
}

/// The cells of a table in one piece of memory.
final class CSVContent: Sendable {
  /// The names of the columns.
  let names: [String]
  /// The position of each name.
  let positions: [String: Int]
  /// The line of each row.
  let lines: [Int]
  private let bytes: [UInt8]
  /// Where each cell ends, row by row.
  private let ends: [Int32]

  init(names: [String], positions: [String: Int], lines: [Int], bytes: [UInt8], ends: [Int32]) {
    precondition(
      ends.count == lines.count * names.count,
      "\(ends.count) cells in \(lines.count) rows of \(names.count) columns")
    self.names = names
    self.positions = positions
    self.lines = lines
    self.bytes = bytes
    self.ends = ends
  }

  func cell(row: Int, _ position: Int) -> String {
    precondition(names.indices.contains(position), "column \(position) of \(names.count)")
    let index = row * names.count + position
    let start = index == 0 ? 0 : Int(ends[index - 1])
    return String(decoding: bytes[start..<Int(ends[index])], as: UTF8.self)
  }
}

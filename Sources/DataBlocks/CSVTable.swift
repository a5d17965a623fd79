import Foundation

/// A table read from comma-separated values with a header, as RFC 4180 has them.
public struct CSVTable: Sendable {
  /// One line of the table.
  public struct Row: Sendable {
    /// The line in the file, from 1; the header is usually line 1.
    public let line: Int
    fileprivate let columns: [String: Int]
    /// The cells, in the order of the columns.
    public let cells: [String]

    /// The cell of a column; nil if there is no such column.
    public subscript(column: String) -> String? { columns[column].map { cells[$0] } }
    /// The cell at a position, from 0.
    public subscript(position: Int) -> String { cells[position] }
  }

  /// Names of the columns.
  public let columns: [String]
  /// The lines behind the header.
  public let rows: [Row]
  /// Where the table came from, for messages.
  public let path: String

  /// Reads a file.
  ///
  /// - Throws: `DataError` naming the file, the line and what is wrong with it.
  public init(contentsOf path: String) throws(DataError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw DataError(.unreadable(reason: "it cannot be opened"), path: path)
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw DataError(.badTable(line: 1, reason: "it is not UTF-8 text"), path: path)
    }
    try self.init(text: text, path: path)
  }

  /// Reads a text.
  public init(text: String, path: String) throws(DataError) {
    var records = try CSVTable.records(text, path)
    guard let header = records.first?.cells, !header.allSatisfy(\.isEmpty) else {
      throw DataError(.badTable(line: 1, reason: "it has no header"), path: path)
    }
    let names = header.map { $0.trimmingCharacters(in: .whitespaces) }
    for (position, name) in names.enumerated() where names[..<position].contains(name) {
      throw DataError(
        .badTable(line: 1, reason: "the column \"\(name)\" is named twice"), path: path)
    }
    records.removeFirst()
    let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    var rows: [Row] = []
    for record in records where record.cells != [""] {
      guard record.cells.count == names.count else {
        throw DataError(
          .badTable(
            line: record.line,
            reason: "it has \(record.cells.count) cells, the header has \(names.count)"), path: path
        )
      }
      rows.append(Row(line: record.line, columns: places, cells: record.cells))
    }
    columns = names
    self.rows = rows
    self.path = path
  }

  /// Makes sure that a column is there.
  ///
  /// - Throws: An error that lists the columns there are.
  public func requireColumn(_ name: String) throws(DataError) {
    guard columns.contains(name) else {
      throw DataError(.missingColumn(name, known: columns), path: path)
    }
  }

  private static func records(
    _ text: String, _ path: String
  ) throws(DataError) -> [(line: Int, cells: [String])] {
    var records: [(Int, [String])] = []
    var cells: [String] = []
    var cell: [UInt8] = []
    var (line, start) = (1, 1)
    var (isQuoted, wasQuoted) = (false, false)
    let bytes = Array(text.utf8)
    var i = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    func finished(_ cell: [UInt8]) -> String { String(decoding: cell, as: UTF8.self) }
    while i < bytes.count {
      let byte = bytes[i]
      i += 1
      if isQuoted {
        if byte == UInt8(ascii: "\"") {
          if i < bytes.count, bytes[i] == UInt8(ascii: "\"") {
            cell.append(byte)
            i += 1
          } else {
            isQuoted = false
          }
        } else {
          if byte == UInt8(ascii: "\n") { line += 1 }
          cell.append(byte)
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\"") where cell.isEmpty && !wasQuoted:
        isQuoted = true
        wasQuoted = true
      case UInt8(ascii: "\""):
        throw DataError(
          .badTable(line: line, reason: "a quotation mark stands inside a cell"), path: path)
      case UInt8(ascii: ","):
        cells.append(finished(cell))
        cell = []
        wasQuoted = false
      case UInt8(ascii: "\r") where i < bytes.count && bytes[i] == UInt8(ascii: "\n"): continue
      case UInt8(ascii: "\n"):
        cells.append(finished(cell))
        records.append((start, cells))
        cells = []
        cell = []
        wasQuoted = false
        line += 1
        start = line
      default: cell.append(byte)
      }
    }
    if isQuoted {
      throw DataError(
        .badTable(line: start, reason: "a quotation mark is never closed"), path: path)
    }
    if !cell.isEmpty || !cells.isEmpty {
      cells.append(finished(cell))
      records.append((start, cells))
    }
    return records
  }
}

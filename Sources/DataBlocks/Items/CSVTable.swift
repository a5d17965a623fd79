import Foundation

/// A table of comma-separated values with a header (RFC 4180).
public struct CSVTable: Sendable {
  /// A row of the table.
  public struct Row: Sendable {
    /// The line in the file, from 1.
    package let line: Int
    fileprivate let columns: [String: Int]
    /// The cells, in the order of the columns.
    public let cells: [String]

    /// The cell of a column; nil if there is no such column.
    public subscript(column: String) -> String? { columns[column].map { cells[$0] } }
    /// The cell at a position, from 0.
    public subscript(position: Int) -> String { cells[position] }
  }

  /// The names of the columns.
  public let columns: [String]
  /// The rows after the header.
  public let rows: [Row]
  /// The path of the file, for messages.
  package let path: String

  /// Reads a file.
  ///
  /// - Throws: `DataError` naming the file and the line.
  public init(contentsOf path: String) throws(DataError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw DataError(.tableUnreadable, path: path)
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw DataError(.notUTF8, path: path)
    }
    try self.init(text: text, path: path)
  }

  /// Parses a text.
  ///
  /// - Throws: `DataError` naming the path and the line.
  package init(text: String, path: String) throws(DataError) {
    var records = try CSVTable.records(text, path)
    guard let header = records.first?.cells, !header.allSatisfy(\.isEmpty) else {
      throw DataError(.noHeader, path: path, line: 1)
    }
    let names = header.map { $0.trimmingCharacters(in: .whitespaces) }
    for (position, name) in names.enumerated() where names[..<position].contains(name) {
      throw DataError(.duplicateColumn(name), path: path, line: 1)
    }
    records.removeFirst()
    let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    var rows: [Row] = []
    for record in records where record.cells != [""] {
      guard record.cells.count == names.count else {
        throw DataError(
          .cellCount(record.cells.count, expected: names.count), path: path, line: record.line)
      }
      rows.append(Row(line: record.line, columns: places, cells: record.cells))
    }
    columns = names
    self.rows = rows
    self.path = path
  }

  /// Throws a `DataError` that lists the columns unless one of them has this name.
  package func requireColumn(_ name: String) throws(DataError) {
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
        throw DataError(.quoteInsideCell, path: path, line: line)
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
      throw DataError(.quoteNotClosed, path: path, line: start)
    }
    if !cell.isEmpty || !cells.isEmpty {
      cells.append(finished(cell))
      records.append((start, cells))
    }
    return records
  }
}

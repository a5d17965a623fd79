import GRDB

/// A table of a database that another program may have changed: types of values are checked, not assumed.
struct CheckedTable {
  private let name: String
  private let columns: [String]
  private let sql: String

  private static let maximumRows = 1_000_000

  /// Checks that a table exists and has columns.
  ///
  /// - Throws: `RunError`.
  init(
    _ db: Database, _ name: String, _ columns: [String], filter: String? = nil,
    order: String? = nil, limit: Int = maximumRows
  ) throws {
    self.name = name
    self.columns = columns
    // A view or a virtual table could run any query.
    let found = try Row.fetchOne(
      db, sql: "select type, sql from sqlite_master where name = ?", arguments: [name])
    let definition = found.flatMap { Self.text($0, 1) } ?? ""
    guard let found, Self.text(found, 0) == "table",
      definition.uppercased().hasPrefix("CREATE TABLE")
    else {
      throw RunError(.invalidDatabase("there is no table \"\(name)\""), path: "")
    }
    let known = try Self.columnNames(db, name)
    for column in columns where !known.contains(column) {
      throw RunError(
        .invalidDatabase("the table \"\(name)\" has no column \"\(column)\""), path: "")
    }
    let list = columns.map { "\"\($0)\"" }.joined(separator: ", ")
    sql =
      "select \(list) from \"\(name)\"" + (filter.map { " where \($0)" } ?? "")
      + (order.map { " order by \($0)" } ?? "") + " limit \(limit)"
  }

  /// The names of a table's columns; empty if there is no such table.
  static func columnNames(_ db: Database, _ table: String) throws -> [String] {
    try Row.fetchAll(db, sql: "select name from pragma_table_info(?)", arguments: [table])
      .compactMap { text($0, 0) }
  }

  /// A value of a row, or nil if it is not text.
  private static func text(_ row: Row, _ index: Int) -> String? {
    if case .string(let text) = (row[index] as DatabaseValue).storage { text } else { nil }
  }

  /// Reads the rows.
  func forEachRow(_ db: Database, _ body: (CheckedRow) throws -> Void) throws {
    let rows = try Row.fetchCursor(db, sql: sql)
    while let row = try rows.next() {
      try body(CheckedRow(row: row, table: name, columns: columns))
    }
  }
}

/// A row whose values have to be of a type.
struct CheckedRow {
  fileprivate let row: Row
  fileprivate let table: String
  fileprivate let columns: [String]

  private func storage(_ index: Int) -> DatabaseValue.Storage {
    (row[index] as DatabaseValue).storage
  }

  private func fault(_ index: Int, _ expected: String) -> RunError {
    let found =
      switch storage(index) {
      case .null: "null"
      case .int64(let value): "\(value)"
      case .double(let value): "\(value)"
      case .string(let text): String(text.prefix(40)).debugDescription
      case .blob: "bytes"
      }
    return RunError(
      .invalidDatabase(
        "\"\(columns[index])\" in the table \"\(table)\" is \(found), but must be \(expected)"),
      path: "")
  }

  func integer(_ index: Int) throws -> Int {
    guard case .int64(let value) = storage(index) else { throw fault(index, "a whole number") }
    return Int(value)
  }

  func text(_ index: Int) throws -> String {
    guard case .string(let text) = storage(index) else { throw fault(index, "text") }
    return text
  }

  /// Text; nil if it is null.
  func optionalText(_ index: Int) throws -> String? {
    if case .null = storage(index) { nil } else { try text(index) }
  }

  /// A whole number; nil if it is null.
  func optionalInteger(_ index: Int) throws -> Int? {
    if case .null = storage(index) { nil } else { try integer(index) }
  }

  /// A number; nil if it is null or not finite.
  func number(_ index: Int) throws -> Double? {
    switch storage(index) {
    case .null: nil
    case .int64(let value): Double(value)
    case .double(let value): value.isFinite ? value : nil
    case .string, .blob: throw fault(index, "a number")
    }
  }
}

extension Database {
  /// False for the database of a process that was killed before it created the tables.
  var hasTables: Bool {
    get throws {
      try Row.fetchOne(
        self,
        sql: "select 1 from sqlite_master where name not like 'sqlite_%' "
          + "and name <> 'grdb_migrations' limit 1") != nil
    }
  }
}

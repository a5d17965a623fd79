import Files

extension LabelTable {
  /// The cells of any column for items of this table, such as the view or the sex of each.
  ///
  /// - Parameters:
  ///   - column: The name of the column, or the only variant of it by case, blanks and punctuation.
  ///   - items: Items that were read from this table.
  /// - Returns: The column's own name, and the cell of each item; nil where it is blank.
  /// - Throws: `DataError` naming the table if it cannot be read or has no such column.
  public func values(
    ofColumn column: String, for items: [DataItem]
  ) throws(DataError) -> (name: String, values: [String?]) {
    guard source.tablePath != nil else {
      throw DataError(.labels(.noTable(column: column)), path: folder)
    }
    let content = try CSVTable(contentsOf: path, separator: separator)
    let name = try ColumnSearch(content, folder: folder).any(column)
    var byLine: [Int: String] = [:]
    for row in content.rows {
      if let cell = row[name]?.trimmed, !cell.isEmpty { byLine[row.line] = cell }
    }
    return (name, items.map { item in item.line.flatMap { byLine[$0] } })
  }
}

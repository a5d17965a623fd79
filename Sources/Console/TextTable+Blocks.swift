extension TextTable {
  /// The table as several below each other if its columns do not fit into the width: the first columns are repeated.
  ///
  /// - Parameter count: The number of first columns that each table has.
  /// - Returns: One or more tables, each of which has at least one other column.
  package func blocks(repeating count: Int = 1) -> [TextTable] {
    guard let maximumWidth, columns.count > count + 1 else { return [self] }
    let widths = columns.indices.map { index in
      let content = rows.map { $0[index].count }.max() ?? 0
      let width = max(columns[index].title.count, content, columns[index].minimumWidth)
      return columns[index].isFlexible ? min(width, TextTable.flexibleRoom) : width
    }
    let first = widths[..<count].reduce(0) { $0 + $1 + 2 }
    var groups: [[Int]] = []
    var used = 0
    for index in columns.indices.dropFirst(count) {
      if groups.isEmpty || used + 2 + widths[index] > maximumWidth {
        groups.append([index])
        used = first + widths[index]
      } else {
        groups[groups.count - 1].append(index)
        used += 2 + widths[index]
      }
    }
    guard groups.count > 1 else { return [self] }
    return groups.map { group in
      let kept = Array(0..<count) + group
      return TextTable(
        kept.map { columns[$0] }, rows: rows.map { row in kept.map { row[$0] } },
        maximumWidth: maximumWidth)
    }
  }

  /// The width that a flexible column has at least, or its content.
  private static let flexibleRoom = 18
}

/// A table of text in aligned columns.
///
/// To print a table row by row, print `header` and then `line(_:)` for each row, and give the columns
/// minimum widths.
package struct TextTable: CustomStringConvertible, Sendable {
  /// The columns.
  package let columns: [TextColumn]
  /// The cells, row by row.
  package private(set) var rows: [[String]] = []
  /// The width to which flexible columns are narrowed; nil: no limit.
  package let maximumWidth: Int?

  /// The smallest width of a narrowed column.
  private static let minimumFlexibleWidth = 12
  private static let gap = "  "

  /// Creates a table.
  ///
  /// - Parameters:
  ///   - columns: The columns.
  ///   - rows: The rows, with one cell per column.
  ///   - maximumWidth: The width to which flexible columns are narrowed; nil: no limit.
  package init(_ columns: [TextColumn], rows: [[String]] = [], maximumWidth: Int? = 80) {
    self.columns = columns
    self.maximumWidth = maximumWidth
    for row in rows { append(row) }
  }

  /// Appends a row of one cell per column.
  package mutating func append(_ row: [String]) {
    checkCount(row)
    rows.append(row.map(\.printable))
  }

  /// The titles.
  package var header: String { line(columns.map(\.title)) }

  /// One row of one cell per column, which does not have to be in `rows`.
  package func line(_ cells: [String]) -> String {
    checkCount(cells)
    return line(cells.map(\.printable), widths)
  }

  /// The titles and all rows, one per line.
  package var description: String {
    let widths = widths
    return ([columns.map(\.title)] + rows).map { line($0, widths) }.joined(separator: "\n")
  }

  /// All rows without the titles, one per line.
  package var body: String {
    let widths = widths
    return rows.map { line($0, widths) }.joined(separator: "\n")
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var line = columns.indices.map { columns[$0].aligned(cells[$0], width: widths[$0]) }
      .joined(separator: TextTable.gap)
    while line.last == " " { line.removeLast() }
    return line
  }

  private var widths: [Int] {
    var widths = columns.indices.map { index in
      let column = columns[index]
      let content = rows.map { $0[index].count }.max() ?? 0
      let width = max(column.title.count, content, column.minimumWidth)
      return min(width, max(column.maximumWidth ?? width, column.title.count))
    }
    guard let maximumWidth else { return widths }
    for index in columns.indices where columns[index].isFlexible {
      let total = widths.reduce(0, +) + TextTable.gap.count * (widths.count - 1)
      let narrowed = max(TextTable.minimumFlexibleWidth, widths[index] - (total - maximumWidth))
      widths[index] = min(widths[index], narrowed)
    }
    return widths
  }

  private func checkCount(_ cells: [String]) {
    precondition(
      cells.count == columns.count,
      "a row of \(cells.count) cells in a table of \(columns.count) columns")
  }
}

/// A table of text in aligned columns.
///
/// A table that is printed while it grows uses `header` and `line(_:)`; its columns need minimum widths then.
package struct TextTable: CustomStringConvertible, Sendable {
  /// The columns.
  package let columns: [TextColumn]
  /// The cells, row by row.
  package private(set) var rows: [[String]] = []
  /// The width of the terminal that the table fits into by narrowing its flexible columns; nil: no limit.
  package let maximumWidth: Int?

  /// The narrowest that a flexible column becomes.
  private static let minimumFlexibleWidth = 16
  private static let gap = "  "

  /// Creates a table.
  ///
  /// - Precondition: Every row has one cell per column.
  package init(_ columns: [TextColumn], rows: [[String]] = [], maximumWidth: Int? = nil) {
    self.columns = columns
    self.maximumWidth = maximumWidth
    for row in rows { append(row) }
  }

  /// Appends a row.
  ///
  /// - Precondition: It has one cell per column.
  package mutating func append(_ row: [String]) {
    checkCount(row)
    rows.append(row.map(\.printable))
  }

  /// The titles.
  package var header: String { line(columns.map(\.title)) }

  /// One row of cells, which need not be among `rows`.
  ///
  /// - Precondition: There is one cell per column.
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
      cells.count == columns.count, "a row of \(cells.count) cells in \(columns.count) columns")
  }
}

/// A column of a `TextTable`: its title, alignment and width in characters.
package struct TextColumn: Sendable, ExpressibleByStringLiteral {
  /// The side that cells shorter than the column are moved to.
  package enum Alignment: Sendable {
    case left
    case right
  }

  package let title: String
  package let alignment: Alignment
  package let minimumWidth: Int
  package let maximumWidth: Int?
  package let isFlexible: Bool

  /// Creates a column.
  ///
  /// - Parameters:
  ///   - title: The text in the first row.
  ///   - alignment: Numbers are easier to compare at the right.
  ///   - minimumWidth: The width of a column without longer cells.
  ///   - maximumWidth: Longer cells lose their beginning.
  ///   - isFlexible: Whether the column becomes narrower where the table is too wide.
  package init(
    _ title: String, _ alignment: Alignment = .left, minimumWidth: Int = 0,
    maximumWidth: Int? = nil, isFlexible: Bool = false
  ) {
    self.title = title
    self.alignment = alignment
    self.minimumWidth = minimumWidth
    self.maximumWidth = maximumWidth
    self.isFlexible = isFlexible
  }

  /// Creates a column of text, as wide as its longest cell.
  package init(stringLiteral title: String) { self.init(title) }

  /// Creates a column of numbers, as wide as its longest cell.
  package static func right(_ title: String) -> TextColumn { TextColumn(title, .right) }

  fileprivate func aligned(_ text: String, width: Int) -> String {
    let text = text.truncatingHead(to: width)
    let space = String(repeating: " ", count: width - text.count)
    return alignment == .left ? text + space : space + text
  }
}

extension String {
  /// The text with "?" for control characters, which could steer a terminal.
  package var printable: String {
    String(
      map { character in
        character.unicodeScalars.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) }
          ? "?" : character
      })
  }

  /// The end of a text that is longer than `width` characters, after an ellipsis.
  package func truncatingHead(to width: Int) -> String {
    count <= width ? self : width < 1 ? "" : "…" + suffix(width - 1)
  }
}

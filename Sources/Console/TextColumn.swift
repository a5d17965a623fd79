/// A column of a `TextTable`: its title, alignment and width in characters.
package struct TextColumn: Sendable, ExpressibleByStringLiteral {
  /// The alignment of cells that are shorter than the column.
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
  ///   - alignment: Left for text, right for numbers.
  ///   - minimumWidth: The smallest width.
  ///   - maximumWidth: The largest width; longer cells are truncated at their beginning.
  ///   - isFlexible: Whether the column is narrowed if the table is too wide.
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

  /// Creates a left-aligned column.
  package init(stringLiteral title: String) { self.init(title) }

  /// Creates a right-aligned column, for numbers.
  package static func right(_ title: String) -> TextColumn { TextColumn(title, .right) }

  func aligned(_ text: String, width: Int) -> String {
    let text = text.truncatingHead(to: width)
    let space = String(repeating: " ", count: width - text.count)
    return alignment == .left ? text + space : space + text
  }
}

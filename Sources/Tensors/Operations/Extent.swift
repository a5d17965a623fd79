/// A height and a width in pixels; an integer literal sets both.
public struct Extent: Sendable, Hashable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// Rows.
  package var height: Int
  /// Columns.
  package var width: Int

  /// Creates an extent.
  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  /// Creates a square extent.
  public init(integerLiteral value: Int) { self.init(value, value) }

  /// Creates a square extent.
  package init(_ both: Int) { self.init(both, both) }

  /// Such as "3x3".
  public var description: String { "\(height)x\(width)" }
}

/// An RGB color, 8 bits each.
public struct Color: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The red component.
  package let red: UInt8
  /// The green component.
  package let green: UInt8
  /// The blue component.
  package let blue: UInt8

  /// Creates a color from its components.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// Parses a CSS name such as "red" or "lime", or `#rrggbb`, or `#rgb`; nil if the text is
  /// neither.
  public init?(_ text: String) {
    let word = text.lowercased()
    if let known = Color.table.first(where: { $0.name == word }) {
      self = known.color
      return
    }
    guard word.first == "#" else { return nil }
    let digits = word.dropFirst().compactMap(\.hexDigitValue).map { UInt8($0) }
    switch (digits.count, word.count) {
    case (6, 7):
      self.init(
        red: digits[0] * 16 + digits[1], green: digits[2] * 16 + digits[3],
        blue: digits[4] * 16 + digits[5])
    case (3, 4):
      self.init(red: digits[0] * 17, green: digits[1] * 17, blue: digits[2] * 17)
    default:
      return nil
    }
  }

  /// The known names, in display order.
  package static var names: [String] { table.map(\.name) }

  /// The color as `#rrggbb`.
  public var description: String {
    let digits = Array("0123456789abcdef")
    return [red, green, blue].reduce(into: "#") { text, value in
      text.append(digits[Int(value >> 4)])
      text.append(digits[Int(value & 15)])
    }
  }

  /// White.
  public static let white = Color(red: 255, green: 255, blue: 255)
  /// Black.
  package static let black = Color(red: 0, green: 0, blue: 0)
  /// Red.
  public static let red = Color(red: 255, green: 0, blue: 0)
  /// Lime: green at full brightness.
  package static let lime = Color(red: 0, green: 255, blue: 0)
  /// Yellow.
  package static let yellow = Color(red: 255, green: 255, blue: 0)
  /// Cyan.
  package static let cyan = Color(red: 0, green: 255, blue: 255)

  // CSS names, shared with matplotlib.
  private static let table: [(name: String, color: Color)] = [
    ("white", .white), ("red", .red), ("lime", .lime), ("yellow", .yellow), ("cyan", .cyan),
    ("magenta", Color(red: 255, green: 0, blue: 255)),
    ("orange", Color(red: 255, green: 165, blue: 0)),
    ("green", Color(red: 0, green: 128, blue: 0)),
    ("blue", Color(red: 0, green: 0, blue: 255)),
    ("dodgerblue", Color(red: 30, green: 144, blue: 255)),
    ("deepskyblue", Color(red: 0, green: 191, blue: 255)),
    ("gold", Color(red: 255, green: 215, blue: 0)),
    ("tomato", Color(red: 255, green: 99, blue: 71)),
    ("pink", Color(red: 255, green: 192, blue: 203)),
    ("hotpink", Color(red: 255, green: 105, blue: 180)),
    ("violet", Color(red: 238, green: 130, blue: 238)),
    ("purple", Color(red: 128, green: 0, blue: 128)),
    ("brown", Color(red: 165, green: 42, blue: 42)),
    ("teal", Color(red: 0, green: 128, blue: 128)),
    ("navy", Color(red: 0, green: 0, blue: 128)),
    ("gray", Color(red: 128, green: 128, blue: 128)),
    ("silver", Color(red: 192, green: 192, blue: 192)),
    ("black", .black),
  ]
}

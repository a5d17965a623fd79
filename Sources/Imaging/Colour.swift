/// An RGB colour, 8 bits each.
public struct Colour: Sendable, Equatable, CustomStringConvertible {
  /// The red share, 0 to 255.
  public let red: UInt8
  /// The green share, 0 to 255.
  public let green: UInt8
  /// The blue share, 0 to 255.
  public let blue: UInt8

  /// Makes a colour from its shares.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// Reads a name ("red", "lime"; `names` has all) or `#rrggbb` or `#rgb`; nil for anything else.
  public init?(_ text: String) {
    let word = text.lowercased()
    if let known = Colour.table.first(where: { $0.name == word }) {
      self = known.colour
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

  /// The names that are understood, in the order to show them.
  public static var names: [String] { table.map(\.name) }

  /// `#rrggbb`.
  public var description: String {
    let digits = Array("0123456789abcdef")
    return [red, green, blue].reduce(into: "#") { text, value in
      text.append(digits[Int(value >> 4)])
      text.append(digits[Int(value & 15)])
    }
  }

  /// White.
  public static let white = Colour(red: 255, green: 255, blue: 255)
  /// Black.
  public static let black = Colour(red: 0, green: 0, blue: 0)
  /// Red.
  public static let red = Colour(red: 255, green: 0, blue: 0)
  /// Lime, the full green of screens.
  public static let lime = Colour(red: 0, green: 255, blue: 0)
  /// Yellow.
  public static let yellow = Colour(red: 255, green: 255, blue: 0)
  /// Cyan.
  public static let cyan = Colour(red: 0, green: 255, blue: 255)

  // The CSS names that matplotlib knows too.
  private static let table: [(name: String, colour: Colour)] = [
    ("white", .white), ("red", .red), ("lime", .lime), ("yellow", .yellow), ("cyan", .cyan),
    ("magenta", Colour(red: 255, green: 0, blue: 255)),
    ("orange", Colour(red: 255, green: 165, blue: 0)),
    ("green", Colour(red: 0, green: 128, blue: 0)),
    ("blue", Colour(red: 0, green: 0, blue: 255)),
    ("dodgerblue", Colour(red: 30, green: 144, blue: 255)),
    ("deepskyblue", Colour(red: 0, green: 191, blue: 255)),
    ("gold", Colour(red: 255, green: 215, blue: 0)),
    ("tomato", Colour(red: 255, green: 99, blue: 71)),
    ("pink", Colour(red: 255, green: 192, blue: 203)),
    ("hotpink", Colour(red: 255, green: 105, blue: 180)),
    ("violet", Colour(red: 238, green: 130, blue: 238)),
    ("purple", Colour(red: 128, green: 0, blue: 128)),
    ("brown", Colour(red: 165, green: 42, blue: 42)),
    ("teal", Colour(red: 0, green: 128, blue: 128)),
    ("navy", Colour(red: 0, green: 0, blue: 128)),
    ("gray", Colour(red: 128, green: 128, blue: 128)),
    ("grey", Colour(red: 128, green: 128, blue: 128)),
    ("silver", Colour(red: 192, green: 192, blue: 192)),
    ("black", .black),
  ]
}

import Files
import Glibc
import Settings
import Tensors

/// A setting that a sweep varies, and its values.
struct SweepAxis: Sendable {
  /// What a value is chosen from.
  enum Values: Sendable {
    case choices([TOMLNode])
    /// From one number to another, both included; `count`: as many of them, evenly spaced.
    case range(SweepRange)
  }

  /// The parts of the key.
  let path: [String]
  let values: Values
  /// Where the key is given.
  let origin: SettingsOrigin

  /// The dotted key.
  var key: String { TOMLText.key(path) }

  /// All values; nil if there are any number of them.
  var all: [TOMLNode]? {
    switch values {
    case .choices(let nodes): nodes
    case .range(let range): range.points?.map { TOMLNode($0, at: origin) }
    }
  }

  /// The number of values that a random draw can give; nil: any number.
  var valueCount: Int? {
    if case .range(let range) = values, range.points == nil { return range.wholeCount }
    return all?.count
  }

  /// Draws a value.
  func draw(_ random: inout RandomSource) -> TOMLNode {
    if let all { return all[Int(random.next() % UInt64(all.count))] }
    guard case .range(let range) = values else { preconditionFailure("choices have a count") }
    return TOMLNode(range.draw(&random), at: origin)
  }

  /// A number that names the axis in the streams of random numbers (FNV-1a), so that another axis changes none.
  var stream: UInt64 {
    key.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  /// The settings that a value stands for: one, or those of its table.
  func overrides(_ node: TOMLNode) -> [SettingsOverride] {
    if case .text(SettingsOverride.defaultWord) = node.value {
      return [SettingsOverride(path: path, node: nil)]
    }
    guard case .table(let table) = node.value else {
      return [SettingsOverride(path: path, node: node)]
    }
    return table.keys.flatMap { key -> [SettingsOverride] in
      guard let inner = table[key] else { return [] }
      return SweepAxis(path: path + [key], values: values, origin: origin).overrides(inner)
    }
  }

  /// A value for a table of trials: texts without quotation marks.
  static func text(_ value: TOMLValue) -> String {
    if case .text(let text) = value { text } else { TOMLText.value(value) }
  }
}

/// A range of numbers.
struct SweepRange: Sendable, Equatable, SettingsGroup {
  enum Scale: String, SettingsEnum {
    case linear
    case log
  }

  var from = SweepNumber.float(0)
  var to = SweepNumber.float(0)
  var scale = Scale.linear
  var count: Int?

  static let fields: [SettingsField<Self>] = [
    SettingsField("from", \.from, "The lowest value.", aliases: ["min", "low", "start"]),
    SettingsField("to", \.to, "The highest value.", aliases: ["max", "high", "stop"]),
    SettingsField("scale", \.scale, "How values are spaced.", aliases: ["distribution"]),
    SettingsField(
      "count", \.count, .within(2, SweepPlan.limit), "So many values, evenly spaced on the scale.",
      unset: "any value between", aliases: ["num", "steps", "n"]),
  ]

  private var isWhole: Bool { from.isWhole && to.isWhole }

  /// The number of whole numbers in it; nil if it has other numbers.
  var wholeCount: Int? {
    guard isWhole else { return nil }
    let count = to.value - from.value + 1
    return count < 1e15 ? Int(count) : nil
  }

  /// The values of a range with a count, each once.
  var points: [TOMLValue]? {
    guard let count else { return nil }
    var points: [TOMLValue] = []
    for step in 0..<count {
      let value = value(at: Double(step) / Double(count - 1))
      if points.last != value { points.append(value) }
    }
    return points
  }

  func draw(_ random: inout RandomSource) -> TOMLValue {
    if let wholeCount, scale == .linear {
      return .integer(Int128(from.value) + Int128(random.next() % UInt64(wholeCount)))
    }
    return value(at: random.uniform())
  }

  /// The value at a fraction of the way.
  private func value(at fraction: Double) -> TOMLValue {
    let (low, high) = (from.value, to.value)
    var value =
      scale == .log
      ? exp(Glibc.log(low) + fraction * (Glibc.log(high) - Glibc.log(low)))
      : low + fraction * (high - low)
    // Six digits are read easily, and hide that logarithms are rounded in one way or another.
    value = min(max(isWhole ? value.rounded() : Self.rounded(value, digits: 6), low), high)
    return isWhole ? .integer(Int128(value)) : .float(value)
  }

  private static func rounded(_ value: Double, digits: Int) -> Double {
    withVaList([CInt(digits - 1), value]) { arguments in
      var text = [CChar](repeating: 0, count: 64)
      vsnprintf(&text, text.count, "%.*e", arguments)
      return strtod(text, nil)
    }
  }
}

/// A whole number or another one; the range of whole numbers has no others.
enum SweepNumber: SettingsValue {
  case integer(Int)
  case float(Double)

  static var words: String { "a number" }

  init?(_ node: TOMLNode) {
    if case .integer(let value) = node.value, let value = Int(exactly: value) {
      self = .integer(value)
    } else if let value = Double(node), value.isFinite {
      self = .float(value)
    } else {
      return nil
    }
  }

  var value: Double {
    switch self {
    case .integer(let value): Double(value)
    case .float(let value): value
    }
  }

  var isWhole: Bool { if case .integer = self { true } else { false } }

  var toml: TOMLValue? {
    switch self {
    case .integer(let value): value.toml
    case .float(let value): value.toml
    }
  }
}

/// The values that a setting may have.
package struct Allowed<Value: Sendable>: Sendable {
  /// The range in words, such as "0 or more"; empty: all values.
  package let words: String
  package let contains: @Sendable (Value) -> Bool

  package init(_ words: String, _ contains: @escaping @Sendable (Value) -> Bool) {
    self.words = words
    self.contains = contains
  }

  /// All values.
  package static var any: Allowed { Allowed("") { _ in true } }
}

extension Allowed where Value: Comparable & CustomStringConvertible {
  /// From one value to another, both included.
  package static func within(_ lowest: Value, _ highest: Value, _ reason: String = "") -> Allowed {
    Allowed("\(lowest) to \(highest)\(reason.isEmpty ? "" : ": \(reason)")") {
      lowest <= $0 && $0 <= highest
    }
  }
}

extension Allowed where Value == Double {
  /// At least a value.
  package static func atLeast(_ lowest: Double) -> Allowed {
    Allowed("\(short(lowest)) or more") { $0 >= lowest && $0.isFinite }
  }

  /// Above one value, at most another.
  package static func above(_ lowest: Double, atMost highest: Double = 1e30) -> Allowed {
    Allowed("above \(short(lowest)), at most \(short(highest))") { $0 > lowest && $0 <= highest }
  }

  /// At least one value, below another.
  package static func from(_ lowest: Double, below highest: Double) -> Allowed {
    Allowed("at least \(short(lowest)), below \(short(highest))") { $0 >= lowest && $0 < highest }
  }

  /// Between two values, which are not included.
  package static func between(_ lowest: Double, _ highest: Double) -> Allowed {
    Allowed("between \(short(lowest)) and \(short(highest))") { $0 > lowest && $0 < highest }
  }

  /// A probability or a fraction.
  package static var fraction: Allowed { Allowed("0 to 1") { $0 >= 0 && $0 <= 1 } }

  private static func short(_ value: Double) -> String {
    Int(exactly: value).map { abs($0) < 1_000_000 ? "\($0)" : "\(value)" } ?? "\(value)"
  }
}

extension Allowed {
  /// A number of elements, each of which is allowed.
  package static func each<Element>(_ allowed: Allowed<Element>, count: ClosedRange<Int>) -> Self
  where Value == [Element] {
    let number =
      count.lowerBound == count.upperBound
      ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
    let words = "\(number) \(count.upperBound == 1 ? "value" : "values")"
    return Allowed(allowed.words.isEmpty ? words : "\(words), each \(allowed.words)") {
      count.contains($0.count) && $0.allSatisfy(allowed.contains)
    }
  }
}

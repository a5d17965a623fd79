/// The name of a metric and its arguments, from a text such as "top_k_accuracy(k: 3)".
struct MetricArguments {
  let name: String
  private let text: String
  private let values: [String: String]

  /// Parses a text; ":" and "=" are both accepted, and arguments without a name are taken in order.
  init(_ text: String, known: (_ name: String) throws(MetricError) -> [String]) throws(MetricError)
  {
    self.text = text
    let parts = text.split(separator: "(", maxSplits: 1, omittingEmptySubsequences: false)
    name = Self.trimmed(parts.first ?? "")
    var values: [String: String] = [:]
    let arguments = try known(name)
    if parts.count == 2 {
      guard let end = parts[1].lastIndex(of: ")"),
        Self.trimmed(parts[1][parts[1].index(after: end)...]).isEmpty
      else { throw MetricError(reason: .malformed, text: text) }
      let inside = parts[1][..<end]
      let list = inside.split(separator: ",", omittingEmptySubsequences: false)
      for (place, item) in list.enumerated() where !Self.trimmed(inside).isEmpty {
        let pair = item.split(maxSplits: 1, omittingEmptySubsequences: false) {
          $0 == ":" || $0 == "="
        }
        let value = Self.trimmed(pair.last ?? "").filter { $0 != "\"" && $0 != "'" }
        guard pair.count == 2 || place < arguments.count, !value.isEmpty else {
          throw MetricError(reason: .malformed, text: text)
        }
        let argument = pair.count == 2 ? Self.trimmed(pair[0]) : arguments[place]
        guard arguments.contains(argument) else {
          throw MetricError(
            reason: .unknownArgument(argument, metric: name, known: arguments), text: text)
        }
        guard values.updateValue(value, forKey: argument) == nil else {
          throw MetricError(reason: .repeatedArgument(argument), text: text)
        }
      }
    }
    self.values = values
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    let start = text.drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }

  /// A whole number from 1 to 10000.
  func count(_ name: String, _ standard: Int) throws(MetricError) -> Int {
    guard let value = values[name] else { return standard }
    guard let number = Int(value), (1...10000).contains(number) else {
      throw wrong(value, name, "a whole number from 1 to 10000")
    }
    return number
  }

  /// A positive number.
  func positive(_ name: String, _ standard: Double) throws(MetricError) -> Double {
    guard let value = values[name] else { return standard }
    guard let number = Double(value), number > 0, number.isFinite else {
      throw wrong(value, name, "a positive number")
    }
    return number
  }

  /// A number from 0 to 1.
  func fraction(_ name: String, _ standard: Double) throws(MetricError) -> Double {
    guard let value = values[name] else { return standard }
    guard let number = Double(value), number >= 0, number <= 1 else {
      throw wrong(value, name, "a number from 0 to 1")
    }
    return number
  }

  /// true, false or, where nothing is given, nil.
  func flag(_ name: String) throws(MetricError) -> Bool? {
    guard let value = values[name] else { return nil }
    guard let flag = Bool(value.lowercased()) else { throw wrong(value, name, "true or false") }
    return flag
  }

  /// One of several names.
  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, _ standard: Choice
  ) throws(MetricError) -> Choice {
    guard let value = values[name] else { return standard }
    guard let choice = Choice(rawValue: value) else {
      throw wrong(value, name, "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }

  private func wrong(_ value: String, _ name: String, _ allowed: String) -> MetricError {
    MetricError(reason: .value(value, argument: name, allowed: allowed), text: text)
  }
}

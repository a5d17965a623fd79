import Files
import Foundation

/// A setting or a result of a run, for tables, filters and sorting.
package enum RunValue: Sendable, Equatable {
  case number(Double)
  case flag(Bool)
  case text(String)

  /// The value as text; numbers with all their digits.
  package var text: String {
    switch self {
    case .number(let value):
      value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
    case .flag(let value): "\(value)"
    case .text(let value): value
    }
  }

  /// Whether the text, such as one from a command line, says this value.
  package func isWritten(_ text: String) -> Bool {
    if case .number(let value) = self, let wanted = Double(text) { return value == wanted }
    return self.text.lowercased() == text.lowercased()
  }

  /// The order of values in a list: numbers, then texts.
  package static func precedes(_ a: RunValue, _ b: RunValue) -> Bool {
    switch (a, b) {
    case (.number(let a), .number(let b)): a < b
    case (.number, _): true
    case (_, .number): false
    default: a.text < b.text
    }
  }
}

extension RunValue: Encodable {
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let value) where value == value.rounded() && abs(value) < 1e15:
      try container.encode(Int(value))
    case .number(let value): try container.encode(value)
    case .flag(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    }
  }
}

extension RunDescription {
  /// The fields of `run.json` as names and values, sorted by name: "data.batch_size", "image.size".
  ///
  /// The plan's fields come without "plan."; values of a list are joined, and the entries of a list of named things,
  /// such as the transforms, are told apart by their names. What is not set has no field.
  package var fields: [(name: String, value: RunValue)] {
    var found: [String: RunValue] = [:]
    func visit(_ value: JSONValue, _ path: String) {
      func inner(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
      switch value {
      case .null: break
      case .bool(let flag): found[path] = .flag(flag)
      case .number(let digits):
        // A seed has more digits than a double.
        let number = Double(digits)
        let isExact = number.map { abs($0) < 1e15 } ?? false
        found[path] = isExact ? number.map(RunValue.number) : .text(digits)
      case .text(let text): found[path] = .text(text)
      case .object(let members):
        for (name, value) in members {
          let isTop = path.isEmpty && name == "plan"
          if isTop { visit(value, "") } else { visit(value, inner(name)) }
        }
      case .list(let values):
        let names = values.map(Self.name)
        guard names.contains(where: { $0 != nil }) else {
          if !values.isEmpty { found[path] = .text(values.map(Self.text).joined(separator: " | ")) }
          return
        }
        found[path] = .text(names.map { $0 ?? "?" }.joined(separator: " "))
        var counts: [String: Int] = [:]
        for (value, name) in zip(values, names) {
          guard let name, case .object(let members) = value else { continue }
          counts[name, default: 0] += 1
          let number = counts[name].map { $0 > 1 ? "-\($0)" : "" } ?? ""
          for (key, value) in members where key != "name" {
            visit(value, inner(name + number) + (key == "settings" ? "" : ".\(key)"))
          }
        }
      }
    }
    if let data = try? JSONEncoder().encode(self), let document = try? JSONDocument(data) {
      visit(document.value, "")
    }
    // The pipeline says the same as these settings, in other words.
    if found["image.size"] != nil {
      found = found.filter { $0.key != "pipeline" && !$0.key.hasPrefix("pipeline.") }
    }
    return found.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
  }

  private static func name(_ value: JSONValue) -> String? {
    if case .object(let members) = value, case .text(let name)? = members["name"] {
      name
    } else {
      nil
    }
  }

  private static func text(_ value: JSONValue) -> String {
    switch value {
    case .text(let text): text
    default: value.summary
    }
  }
}

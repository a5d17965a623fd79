/// A value of a JSON text, for messages about it.
package indirect enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// The digits as they are written.
  case number(String)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  /// A short description: `"crop"`, `-4`, "a list of 3".
  package var summary: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let digits): digits.count <= 40 ? digits : digits.prefix(40) + "…"
    case .text(let text):
      text.count <= 60 ? text.debugDescription : String(text.prefix(60)).debugDescription + "…"
    case .list(let values): "a list of \(values.count)"
    case .object: "an object"
    }
  }

  /// The value at a path of names and indices; nil if there is none.
  package func value(at path: [any CodingKey]) -> JSONValue? {
    guard let key = path.first else { return self }
    let next: JSONValue? =
      switch self {
      case .object(let members): members[key.stringValue]
      case .list(let values):
        key.intValue.flatMap { values.indices.contains($0) ? values[$0] : nil }
      default: nil
      }
    return next?.value(at: Array(path.dropFirst()))
  }
}

/// What is wrong with a JSON text or with a value in it.
package struct JSONFault: Error, Sendable, Equatable {
  /// The line of a text that is not JSON, from 1.
  package let line: Int?
  /// The field, such as `plan.pipeline[1].settings.height`; nil: the text as a whole.
  package let field: String?
  /// What is wrong, as a clause.
  package let problem: String

  package init(line: Int? = nil, field: String? = nil, _ problem: String) {
    self.line = line
    self.field = field
    self.problem = problem
  }

  /// Names and indices joined: `plan.pipeline[1].settings`.
  package static func field(_ path: [any CodingKey]) -> String? {
    guard !path.isEmpty else { return nil }
    return path.reduce("") { text, key in
      if let index = key.intValue { return text + "[\(index)]" }
      return text + (text.isEmpty ? "" : ".") + key.stringValue
    }
  }
}

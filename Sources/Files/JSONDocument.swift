package import Foundation

/// A JSON text that was checked, and can be decoded with errors that name fields.
package struct JSONDocument {
  /// The value.
  package let value: JSONValue
  private let data: Data

  /// Reads a text; a byte order mark before it is ignored.
  package init(_ data: Data) throws(JSONFault) {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    self.data = data.starts(with: mark) ? Data(data.dropFirst(mark.count)) : data
    value = try JSONParser.parse([UInt8](self.data))
  }

  /// Decodes the value.
  ///
  /// - Throws: `JSONFault` naming the field, what it should be and what it is, or what the type itself throws.
  package func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
      throw fault(error)
    }
  }

  private func fault(_ error: DecodingError) -> JSONFault {
    switch error {
    case .keyNotFound(let key, let context):
      return JSONFault(field: JSONFault.field(context.codingPath + [key]), "the field is missing")
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      let found = value.value(at: context.codingPath)
      return JSONFault(
        field: JSONFault.field(context.codingPath),
        "it is \(found?.summary ?? "missing"), but must be \(Self.words(for: type))")
    case .dataCorrupted(let context):
      let field = JSONFault.field(context.codingPath)
      let found = value.value(at: context.codingPath)
      // The standard library's and Foundation's words for enums and for numbers.
      let words = context.debugDescription
      if words.hasPrefix("Cannot initialize") {
        return JSONFault(field: field, "\(found?.summary ?? "the value") is not one of its values")
      }
      if words.contains("representable") || words.contains("does not fit") {
        return JSONFault(
          field: field, "it is \(found?.summary ?? "a number"), which this field cannot hold")
      }
      return JSONFault(field: field, context.debugDescription)
    @unknown default: return JSONFault("it cannot be decoded")
    }
  }

  private static func words(for type: Any.Type) -> String {
    switch type {
    case is Bool.Type: "true or false"
    case is String.Type: "text in quotation marks"
    case is any BinaryInteger.Type: "a whole number"
    case is any BinaryFloatingPoint.Type: "a number"
    default: type is any ExpressibleByArrayLiteral.Type ? "a list" : "an object"
    }
  }
}

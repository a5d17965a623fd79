package import Foundation

/// A JSON text that was checked, and can be decoded with errors that name fields.
package struct JSONDocument {
  /// The value.
  package let value: JSONValue

  /// Reads a text; a byte order mark before it is ignored.
  package init(_ data: Data) throws(JSONFault) {
    let bytes = [UInt8](data)
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    value = try JSONParser.parse(bytes.starts(with: mark) ? Array(bytes.dropFirst(3)) : bytes)
  }

  /// Decodes the value.
  ///
  /// - Throws: `JSONFault` naming the field, what it should be and what it is, or what the type itself throws.
  package func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    do {
      return try Value(from: JSONValueDecoder(value: value, codingPath: []))
    } catch let error as DecodingError {
      throw fault(error)
    }
  }

  private func fault(_ error: DecodingError) -> JSONFault {
    switch error {
    case .keyNotFound(let key, let context):
      return JSONFault(field: JSONFault.field(context.codingPath + [key]), "the field is missing")
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      let field = JSONFault.field(context.codingPath)
      let found = value.value(at: context.codingPath)?.summary ?? "the value"
      // The standard library's words for enums.
      return context.debugDescription.hasPrefix("Cannot initialize")
        ? JSONFault(field: field, "\(found) is not one of its values")
        : JSONFault(field: field, context.debugDescription)
    @unknown default: return JSONFault("it cannot be decoded")
    }
  }
}

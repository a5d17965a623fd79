import Files
import Foundation
import Testing

@Suite("JSON texts from outside")
struct JSONDocumentTests {
  private struct Value: Codable, Equatable {
    enum Kind: String, Codable { case one, two }
    var count: Int?
    var unsigned: UInt8?
    var number: Double?
    var single: Float?
    var text: String?
    var flag: Bool?
    var list: [Int]?
    var inner: [String: [Double]]?
    var kind: Kind?
    var url: URL?
    var data: Data?
    var date: Date?
  }

  private func decode(_ text: String) throws -> Value {
    try JSONDocument(Data(text.utf8)).decode(Value.self)
  }

  @Test("values are decoded as Foundation does")
  func values() throws {
    let value = Value(
      count: -3, unsigned: 255, number: 0.1, single: 1e30, text: "a\"\\/\n\u{8}é🫁", flag: true,
      list: [1, 2], inner: ["a": [1.5], "b": []], kind: .two, url: URL(string: "https://a.b/c"),
      data: Data([1, 2, 3]), date: Date(timeIntervalSinceReferenceDate: 12.5))
    for formatting in [[], .prettyPrinted] as [JSONEncoder.OutputFormatting] {
      let encoder = JSONEncoder()
      encoder.outputFormatting = formatting
      let data = try encoder.encode(value)
      #expect(try JSONDocument(data).decode(Value.self) == value)
      #expect(try JSONDocument([0xEF, 0xBB, 0xBF] + data).decode(Value.self) == value)
    }
    #expect(try decode(#"{"text": "\u00e9\ud83e\udec1", "count": 1e3}"#).text == "é🫁")
    #expect(try decode(#"{"count": 1e3, "list": null}"#) == Value(count: 1000))
  }

  @Test("texts that are not JSON are refused with the line")
  func malformed() {
    let cases: [(String, line: Int?, String)] = [
      ("", 1, "it is empty"), ("{", 1, "a name in quotation marks is missing"),
      ("{\n\"a\": 1,\n}", 3, "a name in quotation marks is missing"),
      ("{\"a\" 1}", 1, "a colon is missing"), ("[1 2]", 1, "a comma or \"]\" is missing"),
      ("[1", 1, "it ends too early"), ("{} x", 1, "there is text after the end"),
      ("{\"a\": 1, \"a\": 2}", 1, "the name \"a\" is repeated"),
      ("[NaN]", 1, "\"NaN\" is not JSON"), ("[01]", 1, "\"01\" is not JSON"),
      ("[1e999]", 1, "the number 1e999 is too large"), ("[+1]", 1, "\"+1\" is not JSON"),
      ("[\"a]", 1, "a text in quotation marks does not end"),
      ("[\"\\", 1, "a text in quotation marks does not end"),
      ("[\"\\x\"]", 1, "there is an unknown escape after a backslash"),
      ("[\"\\u12\"]", 1, "\\u has four hexadecimal digits"),
      ("[\"\\ud800\"]", 1, "there is half of a surrogate pair in a text"),
      ("[\"\n\"]", 1, "there is a control character in a text"),
      (
        String(repeating: "[", count: 100_000), 1, "it is nested more than 64 levels deep"
      ),
    ]
    for (text, line, problem) in cases {
      let fault = #expect(throws: JSONFault.self) { try JSONDocument(Data(text.utf8)) }
      #expect(fault == JSONFault(line: line, problem), "\(text.prefix(20))")
    }
    let fault = #expect(throws: JSONFault.self) { try JSONDocument(Data([0x22, 0xFF, 0x22])) }
    #expect(fault?.problem == "it is not UTF-8 text")
  }

  @Test("a value of another type or out of range names its field")
  func fields() {
    let cases: [(String, field: String?, String)] = [
      (#"{"count": 1.5}"#, "count", "it is 1.5, but must be a whole number within"),
      (#"{"count": 1e30}"#, "count", "it is 1e30, but must be a whole number within"),
      (#"{"unsigned": -1}"#, "unsigned", "it is -1, but must be a whole number within 0 to 255"),
      (#"{"single": 1e39}"#, "single", "it is 1e39, but must be a number within"),
      (#"{"list": [1, "x"]}"#, "list[1]", "it is \"x\", but must be a whole number"),
      (#"{"inner": {"a": [1, null]}}"#, "inner.a[1]", "it is null, but must be a number"),
      (#"{"inner": 3}"#, "inner", "it is 3, but must be an object"),
      (#"{"kind": "three"}"#, "kind", "\"three\" is not one of its values"),
      (#"{"flag": {}}"#, "flag", "it is an object, but must be true or false"),
      (#"[]"#, nil, "it is a list of 0, but must be an object"),
    ]
    for (text, field, problem) in cases {
      let fault = #expect(throws: JSONFault.self) { try decode(text) }
      #expect(
        fault?.field == field && fault?.problem.hasPrefix(problem) == true,
        "\(text): \(String(describing: fault))")
    }
  }
}

import Files
import Settings
import Testing

@Suite("TOML")
struct TOMLTests {
  private func read(_ text: String) -> (String, [String]) {
    let (table, problems) = TOMLParser.parse(Array(text.utf8), file: "a.toml")
    return (TOMLText.value(.table(table)), problems.map(\.description))
  }

  /// A text and the value that it has, as an inline table; from the examples of the specification of TOML 1.0.
  private static let validTexts: [(String, String)] = [
    ("", "{}"), ("# only a comment", "{}"), ("\u{FEFF}a = 1", "{ a = 1 }"),
    ("key = \"value\" # comment\n", "{ key = \"value\" }"),
    ("bare_key = 1\nbare-key = 2\n1234 = 3\r\n", "{ bare_key = 1, bare-key = 2, 1234 = 3 }"),
    (
      "\"127.0.0.1\" = 1\n\"ʎǝʞ\" = 2\n'quoted \"value\"' = 3\n\"\" = 4",
      "{ \"127.0.0.1\" = 1, \"ʎǝʞ\" = 2, \"quoted \\\"value\\\"\" = 3, \"\" = 4 }"
    ),
    (
      "physical.color = 1\nphysical . shape = 2\nsite.\"google.com\" = true",
      "{ physical = { color = 1, shape = 2 }, site = { \"google.com\" = true } }"
    ),
    ("3.14159 = 1", "{ 3 = { 14159 = 1 } }"),
    (
      "apple.type = 1\norange.type = 2\napple.skin = 3",
      "{ apple = { type = 1, skin = 3 }, orange = { type = 2 } }"
    ),
    (#"s = "I'm a \"q\". \u00E9 \U0001FAC1 \t\\""#, "{ s = \"I'm a \\\"q\\\". é 🫁 \\t\\\\\" }"),
    ("s = \"\"\"\nRoses\nare\"\" red\"\"\"\"\"", "{ s = \"Roses\\nare\\\"\\\" red\\\"\\\"\" }"),
    ("s = \"\"\"\\\n   The quick \\\n\n   brown\\\n  \"\"\"", "{ s = \"The quick brown\" }"),
    ("s = 'C:\\Users\\n'", "{ s = \"C:\\\\Users\\\\n\" }"),
    ("s = '''\nThat's ''still'' raw \\n'''", "{ s = \"That's ''still'' raw \\\\n\" }"),
    (
      "a = +99\nb = -17\nc = 0\nd = 1_000\ne = 5_349_221",
      "{ a = 99, b = -17, c = 0, d = 1000, e = 5349221 }"
    ),
    (
      "a = 0xDEAD_beef\nb = 0o755\nc = 0b11010110\nd = -0",
      "{ a = 3735928559, b = 493, c = 214, d = 0 }"
    ),
    (
      "a = 9223372036854775807\nb = -9223372036854775808\nc = 18446744073709551615",
      "{ a = 9223372036854775807, b = -9223372036854775808, c = 18446744073709551615 }"
    ),
    (
      "a = +1.0\nb = -0.01\nc = 5e+22\nd = 1e06\ne = -2E-2\nf = 6.626e-34\ng = 224_617.445_991",
      "{ a = 1.0, b = -0.01, c = 5e+22, d = 1000000.0, e = -0.02, f = 6.626e-34, g = 224617.445991 }"
    ),
    ("a = inf\nb = -inf\nc = nan", "{ a = inf, b = -inf, c = nan }"),
    (
      "a = 1979-05-27T07:32:00Z\nb = 1979-05-27 00:32:00.999999-07:00\nc = 1979-05-27\nd = 07:32:00",
      "{ a = 1979-05-27T07:32:00Z, b = 1979-05-27 00:32:00.999999-07:00, c = 1979-05-27, d = 07:32:00 }"
    ),
    (
      "a = [ 1, 2.5, \"x\", [true, ], ]\nb = [\n  1, # one\n\n  2\n]\nc = []",
      "{ a = [1, 2.5, \"x\", [true]], b = [1, 2], c = [] }"
    ),
    ("a = { x = 1, y.z = 'b' }\nb = {}", "{ a = { x = 1, y = { z = \"b\" } }, b = {} }"),
    (
      "[table-1]\nk = 1\n\n[ table-2 . \"a.b\" ]\nk = 2",
      "{ table-1 = { k = 1 }, table-2 = { \"a.b\" = { k = 2 } } }"
    ),
    ("[x.y.z.w]\n[x]\na = 1", "{ x = { y = { z = { w = {} } }, a = 1 } }"),
    (
      "[fruit]\napple.color = 1\n[fruit.apple.taste]\nsweet = true",
      "{ fruit = { apple = { color = 1, taste = { sweet = true } } } }"
    ),
    (
      "[[p]]\nname = 1\n[[p]]\n[[p]]\nname = 2\n[p.q]\nr = 3",
      "{ p = [{ name = 1 }, {}, { name = 2, q = { r = 3 } }] }"
    ),
    ("[[a.b]]\nx = 1\n[[a.b]]\nx = 2", "{ a = { b = [{ x = 1 }, { x = 2 }] } }"),
  ]

  @Test("the examples of the specification are read", arguments: validTexts)
  func valid(text: String, value: String) {
    let (read, problems) = read(text)
    #expect(read == value && problems.isEmpty, "\(problems)")
    // What is written is read again.
    let again = self.read("v = \(read)")
    #expect(again.0 == "{ v = \(value) }" && again.1.isEmpty)
  }

  private static let invalidTexts: [(String, String)] = [
    ("key", "a.toml:1: \"=\" is missing behind the key key"),
    ("\nkey = ", "a.toml:2: a value is missing"),
    ("= 1", "a.toml:1: there is \"= 1\" where a key is expected"),
    ("a = 1 b = 2", "a.toml:1: there is \"b = 2\" behind the end of the value"),
    ("a = 1\na = 2", "a.toml:2: the key \"a\" is on line 1 already"),
    ("a = 1\n\"a\" = 2", "a.toml:2: the key \"a\" is on line 1 already"),
    ("a.b = 1\na.b.c = 2", "a.toml:2: the key \"a.b\" is on line 1 already"),
    ("a.b = 1\na = 2", "a.toml:2: the key \"a\" is on line 1 already"),
    ("[a]\n[a]", "a.toml:2: the table \"a\" is on line 1 already"),
    ("[a]\nb = 1\n[a.b]", "a.toml:3: the table \"a.b\" is on line 2 already"),
    ("[f]\na.b = 1\n[f.a]", "a.toml:3: the table \"f.a\" is on line 2 already"),
    ("a = {}\n[a.b]", "a.toml:2: the key \"a\" is on line 1 already"),
    ("a = {}\na.b = 1", "a.toml:2: the key \"a\" is on line 1 already"),
    ("a = []\n[[a]]", "a.toml:2: the table \"a\" is on line 1 already"),
    ("[[a]]\n[a]", "a.toml:2: the table \"a\" is on line 1 already"),
    ("[a.b]\n[a]\nb.c = 1", "a.toml:3: the key \"b\" is on line 1 already"),
    ("[a\nb = 1", "a.toml:1: \"]\" is missing behind the name of the table"),
    ("[[a]\nb = 1", "a.toml:1: \"]]\" is missing behind the name of the table"),
    ("[]", "a.toml:1: there is \"]\" where a key is expected"),
    ("a = adam", "a.toml:1: adam is no value; a text is in quotation marks"),
    ("a = 1e", "a.toml:1: 1e is no value; a text is in quotation marks"),
    ("a = 1.", "a.toml:1: 1. is no value; a text is in quotation marks"),
    ("a = .5", "a.toml:1: .5 is no value; a text is in quotation marks"),
    ("a = 1__0", "a.toml:1: 1__0 is no value; a text is in quotation marks"),
    ("a = 012", "a.toml:1: the number 012 has a zero before it"),
    (
      "a = 18446744073709551616",
      "a.toml:1: the number 18446744073709551616 does not fit into 64 bits"
    ),
    ("a = -0x1", "a.toml:1: -0x1 is no value; a text is in quotation marks"),
    ("a = 1979-02-29", "a.toml:1: 1979-02-29 is no value; a text is in quotation marks"),
    ("a = True", "a.toml:1: True is no value; a text is in quotation marks"),
    ("a = \"x", "a.toml:1: the closing quotation mark is missing"),
    ("a = \"x\ny\"", "a.toml:1: the closing quotation mark is missing"),
    ("a = 'x", "a.toml:1: the closing quotation mark is missing"),
    ("a = \"\"\"x", "a.toml:1: the \"\"\" of line 1 has no end"),
    ("a = \"\\x\"", "a.toml:1: there is no escape \\x"),
    ("a = \"\\ud800\"", "a.toml:1: \\u has 4 hexadecimal digits of a character"),
    ("a = \"\\u12", "a.toml:1: \\u has 4 hexadecimal digits of a character"),
    ("a = \"\u{1}\"", "a.toml:1: a text has a control character"),
    ("# \u{1}", "a.toml:1: a comment has a control character"),
    ("a = 1\rb = 2", "a.toml:1: a line ends with CR alone"),
    ("a = [1 2]", "a.toml:1: a comma or \"]\" is missing in a list"),
    ("a = [1,\n2", "a.toml:2: a comma or \"]\" is missing in a list"),
    ("a = [,]", "a.toml:1: there is \",]\" where a value is expected"),
    ("a = {x = 1,}", "a.toml:1: there is \"}\" where a key is expected"),
    (
      "a = {x = 1\n}",
      "a.toml:1: a comma or \"}\" is missing in a table in braces, which is on one line"
    ),
    ("a = {x = 1, x = 2}", "a.toml:1: the key \"x\" is on line 1 already"),
    ("\"\"\"a\"\"\" = 1", "a.toml:1: a key is on one line"),
    ("a. = 1", "a.toml:1: there is \"= 1\" where a key is expected"),
  ]

  @Test("what is not TOML is refused with its line", arguments: invalidTexts)
  func invalid(text: String, message: String) {
    #expect(read(text).1.first == message)
  }

  @Test("all errors of a file are found")
  func all() {
    let (value, problems) = read(
      """
      a = x
      [t]
      b = 1
      b = 2
      c = "open
      [u
      d = 3
      [v]
      e = 4
      """)
    #expect(
      problems == [
        "a.toml:1: x is no value; a text is in quotation marks",
        "a.toml:4: the key \"b\" is on line 3 already",
        "a.toml:5: the closing quotation mark is missing",
        "a.toml:6: \"]\" is missing behind the name of the table",
      ])
    #expect(value == "{ t = { b = 1 }, v = { e = 4 } }")
  }

  @Test("bytes that are not UTF-8, and texts that are nested too deep or have too many errors")
  func hostile() {
    let (_, problems) = TOMLParser.parse(Array("a = 1\nb = \"".utf8) + [0xFF, 0x22], file: "f")
    #expect(problems.map(\.description) == ["f:2: it is not UTF-8 text"])
    let deep = [
      "a = " + String(repeating: "[", count: 100_000),
      "a = " + String(repeating: "{a=", count: 100_000),
      "[" + [String](repeating: "a", count: 100_000).joined(separator: ".") + "]",
      [String](repeating: "a", count: 100_000).joined(separator: ".") + " = 1",
    ]
    for text in deep { #expect(read(text).1.count == 1) }
    #expect(read(String(repeating: "x\n", count: 100_000)).1.count == 100)
    let many = read(String(repeating: "[[a]]\n", count: 100_000))
    #expect(many.1.isEmpty)
  }

  @Test("the command line's values are TOML, or texts without quotation marks")
  func overrides() throws {
    let cases: [(String, String)] = [
      ("a.b=1e-3", "{ a = { b = 0.001 } }"), ("a=true", "{ a = true }"),
      ("a=flat_cos", "{ a = \"flat_cos\" }"), ("a=\"x y\"", "{ a = \"x y\" }"),
      ("a = x y", "{ a = \"x y\" }"), ("a=", "{ a = \"\" }"),
      ("a=/tmp/x=y.pth", "{ a = \"/tmp/x=y.pth\" }"),
      ("a=[1, 2]", "{ a = [1, 2] }"), ("a=[x, y z]", "{ a = [\"x\", \"y z\"] }"),
      ("a={first=1e-5, last=1e-3}", "{ a = { first = 1e-05, last = 0.001 } }"),
      ("a.\"b.c\"=é", "{ a = { \"b.c\" = \"é\" } }"), ("a=range:0,255", "{ a = \"range:0,255\" }"),
      ("a=2026-01-01", "{ a = 2026-01-01 }"), ("a=1.2.3", "{ a = \"1.2.3\" }"),
    ]
    for (text, value) in cases {
      var table = TOMLTable()
      table.apply([try SettingsOverride(parsing: text)])
      #expect(TOMLText.value(.table(table)) == value, "\(text)")
    }
    var table = TOMLParser.parse(Array("[a]\nb = 1\nc = 2".utf8), file: "f").table
    table.apply(
      try ["a.b=default", "d.e=default", "a.c=3"].map { try SettingsOverride(parsing: $0) })
    #expect(TOMLText.value(.table(table)) == "{ a = { c = 3 } }")
    for text in ["", "a", "=1", "a b=1", "a=[1", "a={x", "a=[1] 2", "a.=1"] {
      let error = #expect(throws: SettingsError.self, "\(text)") {
        try SettingsOverride(parsing: text)
      }
      #expect(
        error?.isOfArguments == true && error?.description.hasPrefix("--set \(text): ") == true)
    }
  }

  @Test("texts with any character are the same after writing and reading")
  func texts() {
    for text in [
      "", "a\"b\\c", "line\nline\r\n\ttab", "\u{0}\u{1B}\u{7F}\u{9F}", "🫁é\u{F7E9}\u{2028}",
    ] {
      let (table, problems) = TOMLParser.parse(
        Array("\(TOMLText.quoted(text)) = \(TOMLText.quoted(text))".utf8), file: "f")
      #expect(problems.isEmpty && table[text]?.value == .text(text), "\(text.debugDescription)")
    }
  }
}

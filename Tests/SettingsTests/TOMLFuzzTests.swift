import Settings
import TestSupport
import Testing

@Suite("TOML from outside")
struct TOMLFuzzTests {
  private static let texts = [
    """
    # comment
    [run]
    name = "é \\u00e9"  # a name
    tags = ["a", 'b', \"\"\"c\"\"\"]
    seed = 18446744073709551615
    [optimizer]
    lr = { first = 1e-5, last = 1e-3 }
    a.b.c = 0x1F
    [[transforms]]
    name = 'Resize'
    size = [1, [2, 3]]
    [[transforms]]
    when = 1979-05-27 07:32:00.5-07:00
    """,
    "a = '''\nx'''\nb = -1_000.5e+3\nc = {x.y = [{}, {a = 1}], z = inf}\n[a.b]\r\n[a.b.c]\nd = true\n",
  ].map { Array($0.utf8) }

  @Test("modified texts are read or refused with lines, in little time")
  func mutated() {
    let read = Fuzzing("TOML", cases: 3000, seed: 11, share: 1.0 / 16, secondsPerCase: 1).run {
      mutator in
      var bytes = mutator.mutated(Self.texts[mutator.below(2)], Self.texts)
      if mutator.below(20) == 0 {
        let piece = bytes.prefix(1 + mutator.below(30))
        bytes = (0..<5000).flatMap { _ in piece }
      }
      let (table, problems) = TOMLParser.parse(bytes, file: "f.toml")
      guard problems.isEmpty else {
        for problem in problems {
          #expect(problem.description.hasPrefix("f.toml:") && problem.description.count < 1000)
        }
        return .refused
      }
      // What is written is read to the same value.
      let text = TOMLText.value(.table(table))
      let again = TOMLParser.parse(Array("v = \(text)".utf8), file: "f.toml")
      #expect(again.problems.isEmpty, "\(text)")
      #expect(again.table["v"].map { TOMLText.value($0.value) } == text)
      _ = try? SettingsOverride(parsing: String(decoding: bytes, as: UTF8.self))
      return .read
    }
    #expect(read > 100)
  }
}

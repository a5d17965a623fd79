import Console
import Synchronization
import Testing

@Suite("Tables, progress lines and number formats")
struct ConsoleTests {
  @Test("columns are as wide as their longest cell; numbers are right-aligned")
  func table() {
    let table = TextTable(
      ["name", .right("count"), "note"],
      rows: [["a", "7", "first"], ["longer name", "123456", ""]])
    #expect(
      table.description == """
        name          count  note
        a                 7  first
        longer name  123456
        """)
    #expect(table.body == "a                 7  first\nlonger name  123456")
    #expect(TextTable(["a", "b"]).description == "a  b")
    #expect(TextTable(["", ""], rows: [["a", "1"], ["long", "2"]]).body == "a     1\nlong  2")
  }

  @Test("long cells are truncated; control characters are replaced")
  func longCells() {
    let table = TextTable(
      [TextColumn("x", maximumWidth: 6), "y"], rows: [["abcdefgh", "\u{1B}[2J\n"], ["abc", ""]])
    #expect(table.description == "x       y\n…defgh  ?[2J?\nabc")
    #expect("abc".truncatingHead(to: 3) == "abc")
    #expect("abcd".truncatingHead(to: 3) == "…cd")
    #expect("abcd".truncatingHead(to: 1) == "…")
    #expect("abcd".truncatingHead(to: 0).isEmpty)
    #expect("abc".truncatingTail(to: 3) == "abc")
    #expect("abcd".truncatingTail(to: 3) == "ab…")
    #expect("abcd".truncatingTail(to: 0).isEmpty)
    // Titles are not truncated.
    #expect(TextTable([TextColumn("title", maximumWidth: 2)], rows: [["abcdef"]]).header == "title")
  }

  @Test("a flexible column is narrowed until the table fits, but not below 12 characters")
  func maximumWidth() {
    func lines(_ length: Int, _ other: Int) -> [Int] {
      TextTable(
        [TextColumn("path", isFlexible: true), .right("n")],
        rows: [[String(repeating: "x", count: length), String(repeating: "1", count: other)]],
        maximumWidth: 40
      ).description.split(separator: "\n").map(\.count)
    }
    #expect(lines(60, 5) == [40, 40])
    #expect(lines(30, 8) == [40, 40])
    #expect(lines(29, 8) == [39, 39])
    #expect(lines(60, 30) == [44, 44])
    #expect(lines(10, 40) == [52, 52])
  }

  @Test("the header and lines of a table printed row by row have the minimum widths")
  func growing() {
    let table = TextTable(["epoch", "train_loss", "time"].map { TextColumn($0, minimumWidth: 8) })
    #expect(table.header == "epoch     train_loss  time")
    #expect(table.line(["0", "0.693147", "00:07"]) == "0         0.693147    00:07")
  }

  private final class Output: Sendable {
    private let text = Mutex("")
    @Sendable func write(_ more: String) { text.withLock { $0 += more } }
    var written: String { text.withLock { $0 } }
  }

  @Test("on a terminal one line is overwritten, at most once per interval")
  func terminal() {
    let output = Output()
    let line = ProgressLine(
      terminalInterval: .seconds(3600), isTerminal: true, write: output.write)
    line.show("1/3")
    line.show("2/3")
    #expect(output.written == "\r\u{1B}[K1/3")
    line.finish("3/3")
    #expect(output.written == "\r\u{1B}[K1/3\r\u{1B}[K3/3\n")
    line.clear()
    #expect(output.written == "\r\u{1B}[K1/3\r\u{1B}[K3/3\n\r\u{1B}[K")
  }

  @Test("a count is shown at intervals; the last one always, at the end of the line")
  func counts() {
    let output = Output()
    let line = ProgressLine(
      terminalInterval: .seconds(3600), isTerminal: true, write: output.write)
    for done in 1...3 { line.show("images", done, of: 3) }
    #expect(output.written == "\r\u{1B}[Kimages 1/3\r\u{1B}[Kimages 3/3\n")
  }

  @Test("in a pipe, plain lines are written at an interval, or nothing")
  func pipe() {
    let output = Output()
    let line = ProgressLine(pipeInterval: .zero, isTerminal: false, write: output.write)
    line.show("1")
    line.show("2")
    line.clear()
    line.finish("3")
    #expect(output.written == "1\n2\n3\n")
    let slow = Output()
    let rare = ProgressLine(pipeInterval: .seconds(3600), isTerminal: false, write: slow.write)
    rare.restart()
    rare.show("1")
    #expect(slow.written.isEmpty)
    let none = Output()
    let silent = ProgressLine(isTerminal: false, write: none.write)
    silent.show("1")
    silent.finish("2")
    silent.clear()
    #expect(none.written.isEmpty)
  }

  @Test("number formats")
  func numbers() {
    #expect(NumberFormat.fixed(0.25, 4) == "0.2500")
    #expect(NumberFormat.fixed(-1.005, 0) == "-1")
    #expect(NumberFormat.fixed(1e300, 1).count == 303)
    #expect(NumberFormat.fixed(.nan, 2) == "nan")
    #expect(NumberFormat.measured(0.25) == "0.2500")
    #expect(NumberFormat.measured(nil) == "none")
    #expect(NumberFormat.measured(.nan) == "none")
    #expect(NumberFormat.measured(-.infinity, 1) == "none")
    #expect(NumberFormat.significant(0.00001, 15) == "1e-05")
    #expect(NumberFormat.significant(0.0001, 15) == "0.0001")
    #expect(NumberFormat.significant(1234.5678, 3) == "1.23e+03")
    #expect(NumberFormat.grouped(25_557_032) == "25,557,032")
    #expect(NumberFormat.grouped(-1234) == "-1,234")
    #expect(NumberFormat.grouped(Int.min) == "-9,223,372,036,854,775,808")
    #expect(NumberFormat.grouped(0) == "0")
    #expect(NumberFormat.millions(4_089_284_608) == "4,089.3")
    #expect(NumberFormat.millions(49_999) == "0.0")
    #expect(NumberFormat.millions(50_000) == "0.1")
    #expect(NumberFormat.bytes(999) == "999 B")
    #expect(NumberFormat.bytes(1000) == "1.0 kB")
    #expect(NumberFormat.bytes(44_730_637) == "44.7 MB")
    #expect(NumberFormat.bytes(1_230_000_000) == "1.23 GB")
    #expect(NumberFormat.clock(59.6) == "01:00")
    #expect(NumberFormat.clock(3661) == "1:01:01")
  }
}

@Suite("Probabilities")
struct ProbabilityTests {
  @Test(
    "Probabilities are never rounded to certainty",
    arguments: [
      (1.0, "> 99.9 %", "> 0.9999"), (0.99999, "> 99.9 %", "> 0.9999"),
      (0.9996, "> 99.9 %", "0.9996"), (0.9994, "99.9 %", "0.9994"), (0.973, "97.3 %", "0.9730"),
      (0.5, "50.0 %", "0.5000"), (0.0006, "0.1 %", "0.0006"), (0.0004, "< 0.1 %", "0.0004"),
      (0.00002, "< 0.1 %", "< 0.0001"), (0, "< 0.1 %", "< 0.0001"), (-1e-9, "< 0.1 %", "< 0.0001"),
      (.nan, "NaN", "none"),
    ])
  func probabilities(value: Double, percent: String, text: String) {
    #expect(NumberFormat.percent(value) == percent)
    #expect(NumberFormat.probability(value) == text)
  }
}

@Suite("Wide tables")
struct WideTableTests {
  @Test("columns that do not fit are in a table of their own, with the first column again")
  func blocks() {
    let names = (0..<12).map { "column_\($0)" }
    let table = TextTable(
      ["key"] + names.map(TextColumn.right), rows: [["a"] + names.map { _ in "1.2345" }])
    let blocks = table.blocks()
    #expect(blocks.count == 2)
    #expect(blocks.flatMap { $0.columns.dropFirst().map(\.title) } == names)
    #expect(blocks.allSatisfy { $0.columns[0].title == "key" && $0.rows[0][0] == "a" })
    for line in blocks.flatMap({ $0.description.split(separator: "\n") }) {
      #expect(line.count <= 80)
    }
    #expect(TextTable(["a", "b"], rows: [["1", "2"]]).blocks().count == 1)
  }
}

import DataBlocks
import Files
import Foundation
import TestSupport
import Testing

@Suite("Tables of comma-separated values")
struct CSVTableTests {
  private func table(_ text: String, _ separator: CSVSeparator? = nil) throws -> CSVTable {
    try CSVTable(text: text, path: "t.csv", separator: separator)
  }

  private func message(_ bytes: [UInt8], _ separator: CSVSeparator? = nil) -> String? {
    let error = #expect(throws: DataError.self) {
      try CSVTable(bytes: bytes, path: "t.csv", separator: separator)
    }
    return error?.description
  }

  private func message(_ text: String, _ separator: CSVSeparator? = nil) -> String? {
    message(Array(text.utf8), separator)
  }

  @Test(
    "every line end is one: LF, CR LF, CR CR LF, CR, and mixtures of them",
    arguments: ["\n", "\r\n", "\r\r\n", "\r\r\r\n", "\r"])
  func lineEnds(_ end: String) throws {
    let lines = ["file,label,split", "1.png,a,train", "2.png,\"b\",test", ""]
    for last in [end, ""] {
      let found = try table(lines.prefix(3).joined(separator: end) + last)
      #expect(found.columns == ["file", "label", "split"])
      #expect(found.rows.map(\.cells) == [["1.png", "a", "train"], ["2.png", "b", "test"]])
      #expect(found.rows.map(\.line) == [2, 3])
    }
    let mixed = try table("file,label\r\n1.png,a\r\r\n2.png,b\n3.png,c\n")
    #expect(mixed.rows.map(\.cells) == [["1.png", "a"], ["2.png", "b"], ["3.png", "c"]])
    // Where lines end with LF, a CR before a separator is a blank.
    #expect(try table("file\r,label\n1.png\r,a\n").rows[0].cells == ["1.png", "a"])
  }

  @Test("names and unquoted cells are trimmed of everything that is not seen")
  func trimming() throws {
    let found = try table(
      "\u{FEFF}file ,\u{A0}label\u{A0},\" split\r\"\n \t1.png\u{200B},\u{3000}a b\u{2007},\u{FEFF}train\u{2060}\n"
    )
    #expect(found.columns == ["file", "label", "split"])
    #expect(found.rows[0].cells == ["1.png", "a b", "train"])
    // A quoted cell keeps its content, also behind blanks.
    #expect(try table("a,b\n \" x \" ,\"\"\"\r\ny\"\n").rows[0].cells == [" x ", "\"\r\ny"])
    #expect(try table("a,b\n \" x \" ,1\n").rows[0]["a"] == " x ")
  }

  @Test("lines and columns that a spreadsheet leaves blank do not count")
  func blanks() throws {
    let found = try table(
      "\n,,\nfile,label,,\n1.png,a,,\n,,,\n2.png,b\n3.png,c,,,,\n \n\"\",,\n\u{1A}")
    #expect(found.columns == ["file", "label", "", ""])
    #expect(
      found.rows.map { $0.cells.prefix(2) } == [["1.png", "a"], ["2.png", "b"], ["3.png", "c"]])
    #expect(found.rows.map(\.line) == [4, 6, 7])
    // pandas writes its index as a column without a name.
    let indexed = try table(",file,label\n0,1.png,a\n")
    #expect(indexed.rows[0]["file"] == "1.png" && indexed.rows[0][0] == "0")
    #expect(message("file,label\n1.png,a,b\n")?.contains("line 2: the row has 3 cells") == true)
    #expect(message("file,label,split\n1.png,a\n")?.contains("line 2: the row has 2 cells") == true)
  }

  @Test("text in UTF-8 or UTF-16 with a byte order mark is read, other encodings are named")
  func encodings() throws {
    let text = "file,label\n1.png,Überlagerung\n"
    func wide(_ isBig: Bool, mark: Bool = true) -> [UInt8] {
      ((mark ? [0xFEFF] : []) + Array(text.utf16)).flatMap { unit in
        let bytes = [UInt8(unit >> 8), UInt8(unit & 255)]
        return isBig ? bytes : bytes.reversed()
      }
    }
    for bytes in [Array("\u{FEFF}\(text)".utf8), wide(false), wide(true)] {
      let found = try CSVTable(bytes: bytes, path: "t.csv")
      #expect(found.columns == ["file", "label"] && found.rows[0][1] == "Überlagerung")
    }
    let latin = Array(text.utf8).filter { $0 != 0xC3 }
    #expect(
      message(latin)
        == "t.csv, line 2: the table is not UTF-8 but Windows-1252 (Latin-1) text; save it as UTF-8, as by: "
        + "iconv -f WINDOWS-1252 -t UTF-8 OLD.csv > NEW.csv")
    let ascii = Array("file,label\n1.png,a\n".utf16)
    #expect(
      message(ascii.flatMap { [UInt8($0 & 255), 0] })?.contains("UTF-16 without a byte order mark")
        == true)
    #expect(
      message(ascii.flatMap { [0, UInt8($0 & 255)] })?.contains("iconv -f UTF-16BE") == true)
    #expect(message([0xFF, 0xFE, 0, 0] + [0x61, 0, 0, 0])?.contains("UTF-32") == true)
    #expect(
      message(Array("file,label\n".utf8) + [0xC1, 0xC2, 0xE0, 0xFF])?.contains("unknown encoding")
        == true)
    #expect(
      message("file,label\n1.png,a\n\0\n")?.contains("line 3: the table contains a NUL byte")
        == true)
  }

  @Test("files that are no text are named")
  func otherFormats() {
    #expect(
      message([0x50, 0x4B, 3, 4, 0, 0])?.contains("workbook, not CSV; save it as CSV") == true)
    #expect(message([0x1F, 0x8B, 8, 0])?.contains("gzip") == true)
    #expect(message("PAR1\0")?.contains("Parquet") == true)
    #expect(message("<!DOCTYPE html><p>")?.contains("HTML page") == true)
    #expect(
      message([UInt8](repeating: 0, count: 128) + Array("DICM".utf8))?.contains("a DICOM file")
        == true)
    let folder = FileManager.default.temporaryDirectory.path
    let error = #expect(throws: DataError.self) { try CSVTable(contentsOf: folder) }
    #expect(error?.description == "\(folder): the table is a folder, not a file; give a file")
  }

  @Test("a pipe is refused instead of waited for")
  func pipe() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).csv").path
    try #require(mkfifo(path, 0o600) == 0)
    defer { unlink(path) }
    let error = #expect(throws: DataError.self) { try CSVTable(contentsOf: path) }
    #expect(error?.description.contains("a pipe or device") == true)
  }

  @Test("another separator is named, and read if it is given")
  func separators() throws {
    for (character, separator) in [(";", CSVSeparator.semicolon), ("\t", .tab), ("|", .pipe)] {
      let text =
        ["file", "label"].joined(separator: character) + "\n"
        + ["1.png", "\"a, b\""].joined(separator: character) + "\n"
      #expect(message(text)?.hasSuffix("give --separator \(separator.rawValue)") == true)
      #expect(try table(text, separator).rows[0].cells == ["1.png", "a, b"])
      #expect(message("file,label\n1,2\n", separator)?.hasSuffix("give --separator comma") == true)
      #expect(CSVSeparator(character) == separator && CSVSeparator(separator.rawValue) == separator)
    }
    // Excel's own statement.
    let stated = try table("sep=;\r\nfile;label\r\n1.png;a\r\n")
    #expect(stated.columns == ["file", "label"] && stated.rows[0].line == 3)
    #expect(try table("only\n1\n").rows[0].cells == ["1"])
  }

  @Test("quotation marks that RFC 4180 does not know are refused with the line")
  func quotes() {
    #expect(
      message("a,b\n\"x\"y,z\n")
        == "t.csv, line 2: there is text behind a closing quotation mark; double the marks inside of the cell, "
        + "or remove them")
    #expect(
      message("a,b\n5\" tube,z\n")?.contains("line 2: there is a quotation mark inside") == true)
    #expect(
      message("a,b\n1,2\n\"x,z\n3,4\n")?.contains("line 3: a quotation mark is never closed")
        == true)
    #expect(
      message("# made by hand\na,b\n1,2\n")?.contains("line 1: the first line is a comment") == true
    )
    #expect(message("a,b,a\u{A0}\n")?.contains("the header names the column \"a\" twice") == true)
    #expect(message("\n \n,,\n")?.contains("no header") == true)
  }

  @Test("wide, long and large tables are read in time proportional to their bytes")
  func sizes() throws {
    let started = ContinuousClock.now
    let names = (0..<200_000).map { "column\($0)" }
    let wide = try table("file,label," + names.joined(separator: ",") + "\n")
    #expect(wide.columns.count == 200_002 && wide.rows.isEmpty)
    #expect(
      message(String(repeating: "a,", count: 1_000_001))?.contains("more than 1000000 columns")
        == true)
    #expect(
      message("a,b\n" + String(repeating: "x,", count: 5_000_000))?.contains(
        "line 2: the row has 3 cells")
        == true)
    #expect(try table("a,b\n1,2" + String(repeating: ",", count: 5_000_000)).rows.count == 1)
    let cell = String(repeating: "x\"\"", count: 2_000_000)
    #expect(try table("a,b\n1,\"\(cell)\"\n").rows[0][1].utf8.count == 4_000_000)
    #expect(try table("a\n1\n" + String(repeating: "\r", count: 5_000_000)).rows.count == 1)
    #expect(try table("a\n1\n" + String(repeating: "\u{A0}", count: 2_000_000)).rows.count == 1)
    #expect(ContinuousClock.now - started < .seconds(60))
  }
}

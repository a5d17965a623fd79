import DataBlocks
import Files
import Foundation
import Testing

/// A folder of small files, removed at the end of a test.
final class TableFolder {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("tables-\(UUID())").path

  init(files: [String] = []) throws {
    try createFolder(path)
    for name in files { try write(name, to: name) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, to name: String) throws {
    let file = "\(path)/\(name)"
    try createFolder((file as NSString).deletingLastPathComponent)
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
  }

  func table(
    _ text: String, file: String = "file", label: String = "label", split: String? = nil,
    patient: String? = nil
  ) throws -> LabelTable {
    try write(text, to: "t.csv")
    return LabelTable(
      "\(path)/t.csv", folder: path, fileColumn: file, labelColumn: label, splitColumn: split,
      patientColumn: patient)
  }

  /// The message of a table that is refused, without its path.
  func refusal(_ table: LabelTable) -> String? {
    let error = #expect(throws: DataError.self) { try table.items() }
    return error?.description.replacing("\(path)/", with: "")
  }
}

@Suite("Tables of labels")
struct LabelTableTests {
  @Test("the columns that are used and those that are missing are one line")
  func columns() throws {
    let folder = try TableFolder(files: ["1.png"])
    func line(_ text: String, split: String? = nil, patient: String? = nil) throws -> String {
      try folder.table(text, split: split, patient: patient).read().columns.description
    }
    #expect(
      try line("file,label,split,patient\n1.png,a,train,p\n")
        == "columns file, label, split, patient")
    #expect(try line("file,label\n1.png,a\n") == "columns file, label; no column split or patient")
    #expect(
      try line("file,label,split\r\r\n1.png,a,train\r\r\n")
        == "columns file, label, split; no column patient")
    #expect(
      try line("File,LABEL,Split,Patient ID\n1.png,a,train,p\n")
        == "columns file = \"File\", label = \"LABEL\", split = \"Split\", patient = \"Patient ID\""
    )
    #expect(
      try line("file,label,spilt,subject_id\n1.png,a,x,p\n")
        == "columns file, label; no column split or patient; for the split, is \"spilt\" meant? "
        + "(--split-column spilt); for the patient, is \"subject_id\" meant? (--patient-column subject_id)"
    )
    #expect(
      try line("file,label,split,patient\n1.png,a,train,p\n", split: "", patient: "")
        == "columns file, label; not used by choice: split, patient")
  }

  @Test(
    "a split or patient column that is nearly called so is used",
    arguments: ["Split", "SPLIT", "split\u{A0}", "\u{FEFF}split", "split\r", "\"split \""])
  func variants(_ name: String) throws {
    let folder = try TableFolder(files: ["1.png", "2.png"])
    let items = try folder.table("file,label,\(name)\n1.png,a,train\n2.png,b,Val \n").items()
    #expect(items.map(\.split) == [.train, .valid])
    let people = try folder.table(
      "file,label,\(name.lowercased().replacing("split", with: "Patient_ID"))\n1.png,a,p1\n2.png,b,\n"
    )
    #expect(try people.items().map(\.patient) == ["p1", nil])
  }

  @Test("a column with the values of a split is not overlooked, however it is called")
  func unusedSplits() throws {
    let folder = try TableFolder(files: ["1.png", "2.png"])
    for (name, values) in [("set", ["train", "test"]), ("phase", ["train", "val"])] {
      let text = "file,label,\(name)\n1.png,a,\(values[0])\n2.png,b,\(values[1])\n"
      #expect(
        folder.refusal(try folder.table(text))
          == "t.csv: no column is called \"split\", but \"\(name)\" has the values of one, and a random "
          + "split would mix its parts; give --split-column \(name) to use it, or --split-column none not to"
      )
      #expect(try folder.table(text, split: name).items()[0].split == .train)
      #expect(try folder.table(text, split: "").items()[0].split == nil)
    }
    // Two columns that differ by case only: neither is taken without being named.
    let both = try folder.table("file,label,Split,SPLIT\n1.png,a,train,train\n2.png,b,test,train\n")
    #expect(folder.refusal(both)?.contains("--split-column Split") == true)
  }

  @Test("a missing column is refused with the columns that there are and the one that may be meant")
  func missingColumns() throws {
    let folder = try TableFolder(files: ["1.png"])
    #expect(
      folder.refusal(try folder.table("file,finding\n1.png,a\n"))
        == "t.csv: there is no column \"label\"; there are file, finding; to use \"finding\", give "
        + "--label-column finding")
    #expect(
      folder.refusal(try folder.table("Image Index,label\n1.png,a\n"))?.hasSuffix(
        "to use \"Image Index\", give --file-column \"Image Index\"") == true)
    #expect(
      folder.refusal(try folder.table("file,label\n1.png,a\n", split: "part\u{200B}"))
        == "t.csv: there is no column \"part\\u{200B}\"; there are file, label; name the right one with "
        + "--split-column")
    #expect(
      folder.refusal(try folder.table("file,label,sets\n1.png,a,x\n", split: "set"))?
        .contains("give --split-column sets") == true)
    #expect(
      folder.refusal(try folder.table("x,file;label;split\n1.png,a\n"))?
        .contains("give --separator semicolon") == true)
    #expect(
      folder.refusal(try folder.table("file,label\n1.png,a\n", label: "file"))?
        .contains("the column \"file\" is named for the file and the label") == true)
    #expect(
      folder.refusal(try folder.table("number,what,label\n7,1.png,a\n"))?
        .contains("to use \"what\", give --file-column what") == true)
    let wide = (0..<50).map { "c\($0)" }.joined(separator: ",")
    #expect(
      folder.refusal(try folder.table("\(wide)\n"))?.contains("c11 and 38 more") == true)
  }

  @Test("missing files are listed together, with what would make them exist")
  func missingFiles() throws {
    let folder = try TableFolder(files: ["a.1.dcm", "b.dcm", "in/c.PNG", "in/d.PNG", "e.png"])
    func refusal(_ names: [String]) throws -> String? {
      let rows = names.map { "\($0),x\n" }.joined()
      return folder.refusal(try folder.table("file,label\n" + rows))
    }
    #expect(
      try refusal(["z.png"])
        == "t.csv, line 2: the file z.png does not exist; check the data folder")
    #expect(
      try refusal((1...7).map { "z\($0).png" })
        == "t.csv, line 2: 7 of 7 files do not exist: z1.png, z2.png, z3.png, z4.png, z5.png and 2 more; "
        + "check the data folder")
    #expect(
      try refusal(["e.png", "a.1", "b"])
        == "t.csv, line 3: 2 of 3 files do not exist: a.1, b; add \".dcm\" to the names in the table: then 2 "
        + "of them exist")
    #expect(
      try refusal(["e.dcm"])?.contains("use the ending \".png\" in the table: then it exists")
        == true)
    #expect(
      try refusal(["c.PNG", "d.PNG"])?.contains("give in as the data folder: then 2") == true)
    #expect(try refusal(["in/c.png"])?.contains("use the ending \".PNG\"") == true)
    #expect(
      try refusal(["IN/C.png", "E.png"])?.contains("upper and lower case as in e.png") == true)
    #expect(try refusal(["in\\c.PNG"])?.contains("write / instead of \\ in the names") == true)
    #expect(try refusal(["films/e.png"])?.contains("remove \"films/\" from the names") == true)
    let sub = LabelTable("\(folder.path)/t.csv", folder: "\(folder.path)/in")
    try folder.write("file,label\ne.png,x\n", to: "t.csv")
    #expect(folder.refusal(sub)?.contains("as the data folder: then it exists") == true)
    // Quoted names may have blanks at their ends.
    try folder.write("", to: " f.png ")
    let item = try folder.table("file,label\n\" f.png \",x\n").items()[0]
    #expect(item.path == "\(folder.path)/ f.png ")
  }

  @Test("a file that is named twice is refused with both lines, also by another spelling")
  func duplicates() throws {
    let folder = try TableFolder(files: ["1.png", "x/2.png"])
    for twin in ["1.png", "./1.png", "x/../1.png", ".//1.png"] {
      #expect(
        folder.refusal(try folder.table("file,label\n1.png,a\n\(twin),b\n"))
          == "t.csv, line 3: the file \(twin) is in line 2 already; correct or remove the row")
    }
  }

  @Test("rows without a label or file matter where they are used only")
  func unusedRows() throws {
    let folder = try TableFolder(files: ["1.png", "2.png"])
    let content = try folder.table(
      "file,label,split\n1.png,a,train\n2.png,,test\n3.png,b,test\n"
    ).read()
    try content.check(content.items.filter { $0.split == .train })
    let error = #expect(throws: DataError.self) { try content.check([content.items[1]]) }
    #expect(error?.line == 3 && error?.problem == "the label is empty")
    #expect(throws: DataError.self) { try content.check([content.items[2]]) }
    let blank = try folder.table("file,label\n1.png,\n2.png,\"\u{A0}\"\n")
    #expect(
      folder.refusal(blank)
        == "t.csv, line 2: the labels of 2 rows are empty (lines 2, 3); label or remove the rows")
    #expect(
      folder.refusal(try folder.table("file,label\n,a\n"))?.contains("file name is empty") == true)
    #expect(
      folder.refusal(try folder.table("file,label,split\n1.png,a,t\u{200B}est\n"))?
        .contains("\"t\\u{200B}est\" in the column \"split\" is not a split") == true)
  }

  @Test("classes that nearly have one name, or the name of a missing value, are warned of")
  func classes() throws {
    func warnings(_ labels: [String], isTraining: Bool = false) throws -> [String] {
      let folder = try TableFolder()
      var text = "file,label\n"
      for (i, label) in labels.enumerated() {
        try folder.write("", to: "\(i).png")
        text += CSVLine.text(["\(i).png", label])
      }
      let content = try folder.table(text).read()
      return content.warnings(content.items, isTraining: isTraining).map(\.description)
    }
    #expect(try warnings(["a", "b", "No Finding", "Finding", "1", "2"]).isEmpty)
    #expect(
      try warnings(["Normal", "normal", "normal", "b"]) == [
        "the classes \"Normal\" (1), \"normal\" (2) differ only by case, blanks or the way a number is "
          + "written; correct the labels if one is meant"
      ])
    // Blanks at the ends are no difference.
    #expect(try warnings(["Normal", "Normal ", "\u{A0}Normal"]).isEmpty)
    for pair in [
      ["0", "0.0"], ["1", "1.0"], ["1", "01"], ["no finding", "No  Finding"], ["a\u{A0}b", "a b"],
      ["ab", "a\u{200B}b"], ["no_finding", "no finding"], ["True", "TRUE"],
    ] {
      #expect(try warnings(pair).count == 1, "\(pair)")
    }
    #expect(try warnings(["a\u{200B}b", "ab"])[0].contains("\"a\\u{200B}b\" (1)"))
    for name in ["nan", "NaN", "null", "None", "NA", "N/A", "<NA>"] {
      #expect(
        try warnings([name, "b"]) == [
          "1 item has the class \"\(name)\", which other programs write for a missing value"
        ])
    }
    #expect(
      try warnings(["a", "b", "b"], isTraining: true) == ["the class \"a\" has one item only"])
  }

  @Test("blank patients are unknown and counted")
  func unknownPatients() throws {
    let folder = try TableFolder(files: (0..<6).map { "\($0).png" })
    let content = try folder.table(
      "file,label,patient\n0.png,a,p1\n1.png,a, \n2.png,b,nan\n3.png,b,None\n4.png,a,unknown\n5.png,b,p1\n"
    ).read()
    #expect(content.items.map(\.patient) == ["p1", nil, nil, nil, nil, "p1"])
    func warning(_ known: Int) -> String? {
      let facts = content.items.indices.map { index in
        var facts = ItemFacts.gather([content.items[index].path]).facts[0]
        facts.patient = (1...4).contains(index) && index <= known ? "H" : nil
        return facts
      }
      return content.unknownPatients(facts)?.description
    }
    let start = "the table does not name the patient of 4 of 6 rows; "
    #expect(warning(0) == start + "each counts as a patient of its own")
    #expect(
      warning(3)
        == start
        + "3 of them have one in the DICOM header, and each other one counts as a patient of its own"
    )
    #expect(warning(4) == start + "4 of them have one in the DICOM header")
  }
}

import DataBlocks
import Files
import Foundation
import Imaging
import Testing

@Suite("Sources of labels")
struct LabelSourceTests {
  @Test("a source is its text")
  func text() throws {
    for text in [
      "folders", "name:(.+)_[0-9]+", "path:^([^/]+)/", "dicom:ViewPosition", "labels.csv",
      "./folders",
      "a/b.csv", "dicom:(0009,0101)",
    ] {
      #expect(try LabelSource(text).text == text)
      let table = LabelTable(try LabelSource(text), in: "films")
      #expect(
        try JSONDecoder().decode(LabelTable.self, from: JSONEncoder().encode(table)) == table)
    }
    for text in ["(0018,5101)", "0018,5101", "00185101", "ViewPosition"] {
      #expect(try LabelSource("dicom:\(text)").text == "dicom:ViewPosition")
    }
  }

  @Test("the folders are the classes, with or without folders of parts above")
  func folders() throws {
    let data = try ImageFiles([
      "cat/1.png", "cat/day 1/2.png", "dog/1.png", "dog/2.jpg.png", ".hidden/3.png",
    ])
    try data.text("notes", to: "cat/notes.txt")
    try data.text("a,b\n", to: "table.csv")
    try data.film("dog/1.2.840.5", [:])
    #expect(
      try data.items(data.table("folders")) == [
        "cat/1.png cat", "cat/day 1/2.png cat", "dog/1.2.840.5 dog", "dog/1.png dog",
        "dog/2.jpg.png dog",
      ])
    let found = try data.table("folders").read()
    #expect(
      found.columns.description
        == "labels of class folders: cat (2), dog (3); 2 other files: .csv (1), .txt (1)")
    #expect(found.columns.split == nil && found.warnings(found.items).isEmpty)

    let parts = try ImageFiles([
      "train/cat/1.png", "train/dog/2.png", "Val/cat/3.png", "test/dog/4.png",
    ])
    #expect(
      try parts.items(parts.table("folders")) == [
        "Val/cat/3.png cat valid", "test/dog/4.png dog test", "train/cat/1.png cat train",
        "train/dog/2.png dog train",
      ])
    #expect(
      try parts.table("folders").read().columns.description
        == "labels of class folders: cat (2), dog (2); split by the folders Val, test, train")
    var declined = try parts.table("folders")
    declined.splitColumn = ""
    #expect(
      try parts.items(declined) == [
        "Val/cat/3.png cat", "test/dog/4.png dog", "train/cat/1.png cat", "train/dog/2.png dog",
      ])
    // Without a folder for validation, the test stays, and the rest can be divided.
    let two = try ImageFiles(["train/cat/1.png", "train/dog/2.png", "test/dog/4.png"])
    #expect(
      try two.items(two.table("folders")) == [
        "test/dog/4.png dog test", "train/cat/1.png cat", "train/dog/2.png dog",
      ])
    let one = try ImageFiles(["train/cat/1.png", "train/dog/2.png"])
    #expect(try one.items(one.table("folders")) == ["train/cat/1.png cat", "train/dog/2.png dog"])
    // A class may be called like a part.
    let named = try ImageFiles(["test/1.png", "control/2.png"])
    #expect(
      try named.items(named.table("folders")) == ["control/2.png control", "test/1.png test"])
  }

  @Test("folders that give no classes are refused or said")
  func wrongFolders() throws {
    #expect(
      try ImageFiles().refusal("folders")
        == "DATA: the folder has no DICOM, PNG or JPEG file; check the data folder")
    let others = try ImageFiles()
    for name in ["cat/1.bmp", "cat/2.bmp", "dog/README"] { try others.text("x", to: name) }
    #expect(
      others.refusal("folders")
        == "DATA: the folder has no DICOM, PNG or JPEG file, but 3 other files: .bmp (2), no ending (1); "
        + "check the data folder")
    #expect(
      try ImageFiles(["1.png", "2.png"]).refusal("folders")?.hasPrefix(
        "DATA: the 2 images are in no folder that could be a class; make a folder per class")
        == true)
    #expect(
      try ImageFiles(["train/a/1.png", "valid/a/2.png", "extra/3.png"]).refusal("folders")
        == "DATA: the folders train, valid are named after parts of the data, but extra is not; "
        + "move one kind out of the data folder")
    #expect(
      try ImageFiles().refusal("folders") { $0.folder += "/none" }?.contains(
        "the folder none cannot be read") == true)

    let odd = try ImageFiles(["cat/1.png", "dog/2.png", "stray.png"])
    try createFolder("\(odd.path)/bird")
    let found = try odd.table("folders").read()
    #expect(
      found.warnings(found.items).map(\.description).prefix(2) == [
        "1 image is in no class folder and not used, such as stray.png",
        "the folder bird has no image, so there is no such class",
      ])
    let wrapped = try ImageFiles(["all/cat/1.png", "all/dog/2.png"])
    let one = try wrapped.table("folders").read()
    #expect(
      one.warnings(one.items).first?.description.replacing(wrapped.path, with: "DATA")
        == "all images are in the folder all, so there is one class; if its folders cat, dog are meant, give DATA/all"
    )
  }

  @Test("links: a file in two parts is two items, a link without a target is a missing file")
  func links() throws {
    let data = try ImageFiles(["train/cat/1.png", "train/dog/2.png", "valid/cat/3.png"])
    try data.link("valid/dog/1.png", to: "../../train/cat/1.png")
    #expect(try data.items(data.table("folders")).contains("valid/dog/1.png dog valid"))
    try data.link("valid/dog/4.png", to: "nothing.png")
    #expect(data.refusal("folders")?.contains("the file valid/dog/4.png does not exist") == true)
    let twice = try ImageFiles(["train/cat/1.png", "train/dog/2.png"])
    try twice.link("valid", to: "train")
    let found = try twice.table("folders").read()
    #expect(
      found.warnings(found.items).first?.description
        == "valid: a link to a folder whose files are used already, so it is not followed")
  }

  @Test("figures of runs in the folder are no images")
  func runs() throws {
    let data = try ImageFiles(["cat/1.png", "dog/2.png", "run/figures/loss.png"])
    try data.text("{}", to: "run/run.json")
    #expect(try data.items(data.table("folders")) == ["cat/1.png cat", "dog/2.png dog"])
  }

  @Test("the first group of a regular expression is the label")
  func patterns() throws {
    let data = try ImageFiles(["great_pyrenees_173.png", "sub/beagle_2.png"])
    #expect(
      try data.items(data.table("name:(.+)_\\d+.png$")) == [
        "great_pyrenees_173.png great_pyrenees", "sub/beagle_2.png beagle",
      ])
    #expect(
      try data.table("name:(?P<breed>[a-z]+)").read().columns.description
        == "labels of file names, by \"(?P<breed>[a-z]+)\": beagle (1), great (1)")
    #expect(
      data.refusal("path:^([^/]+)/")
        == "DATA: 1 of 2 names do not match the regular expression \"^([^/]+)/\": great_pyrenees_173.png; "
        + "correct the expression, or move these files out of the folder")
    #expect(
      data.refusal("name:.+_")?.hasPrefix(
        "the regular expression \".+_\" has no group for the label; put the part") == true)
    #expect(data.refusal("name:(a")?.hasPrefix("\"(a\" is not a regular expression: ") == true)
    #expect(data.refusal("name:")?.contains("no group") == true)
    // An empty group is no label.
    #expect(data.refusal("name:^(x?)")?.contains("is empty in 2 of 2 names") == true)

    let label = try RegexLabeller("([a-z]+)")
    #expect(try label("12ab") == "ab")
    let atStart = try RegexLabeller("([a-z]+)", match: true)
    #expect(try atStart("ab12") == "ab")
    #expect(throws: DataError.self) { try atStart("12ab") }
    // Groups are counted whatever the expression matches; (?:…) is none.
    #expect(throws: DataError.self) { try RegexLabeller("(?:a|b)") }
    #expect(try RegexLabeller("(?i)(CAT)|(dog)")("a cat") == "cat")
  }

  @Test("an attribute of the DICOM header is the label")
  func attributes() throws {
    let data = try ImageFiles(["x.png"])
    try data.film("1.dcm", ["ViewPosition": "PA"], number: 1)
    try data.film("sub/2.dcm", ["ViewPosition": "AP "], number: 2)
    try data.film("noending", ["ViewPosition": "PA"], number: 3)
    for source in ["dicom:ViewPosition", "dicom:(0018,5101)"] {
      #expect(
        try data.items(data.table(source)) == ["1.dcm PA", "noending PA", "sub/2.dcm AP"])
    }
    #expect(
      try data.table("dicom:ViewPosition").read().columns.description
        == "labels of DICOM headers, ViewPosition: AP (1), PA (2); 1 other file: .png (1)")
    #expect(
      data.refusal("dicom:PatientSex")?.hasPrefix(
        "DATA: 3 of 3 DICOM files have no PatientSex: 1.dcm, noending, sub/2.dcm; ") == true)
    #expect(
      data.refusal("dicom:ViewPositon")
        == "\"ViewPositon\" is not an attribute of DICOM; did you mean ViewPosition? use a keyword, as in "
        + "dicom:ViewPosition, or a tag, as in dicom:(0018,5101)")
    // A file that cannot be read stops, or is left out by choice.
    try data.text("no DICOM", to: "broken.dcm")
    #expect(data.refusal("dicom:ViewPosition")?.hasPrefix("broken.dcm: ") == true)
    let found = try data.table("dicom:ViewPosition").read()
    #expect(found.items.count == 3)
    try found.check(found.items, skippingMissing: true)
    #expect(
      found.warnings(found.items).first?.description.contains(
        "1 file or folder cannot be read and is left out: ") == true)
  }

  @Test("a folder without a table is told what could give the labels")
  func hints() throws {
    let data = try ImageFiles(["cat/1.png", "dog/2.png", "dog/3.png"])
    #expect(
      LabelSource.hint(for: data.path)
        == "to use the folders as classes, give --labels folders: cat (1), dog (2)")
    try data.text("x\n", to: "train-rle.csv")
    #expect(
      LabelSource.hint(for: data.path)
        == "to use train-rle.csv, give --labels train-rle.csv")
    try data.text("x\n", to: "b.csv")
    #expect(
      LabelSource.hint(for: data.path)
        == "give the table with --labels; the folder has b.csv, train-rle.csv")
    #expect(LabelSource.hint(for: "/nowhere").hasPrefix("give the path of the table"))
  }

  @Test("is_valid is a split")
  func isValid() throws {
    let data = try ImageFiles(["1.png", "2.png"])
    for (yes, no) in [("True", "False"), ("1", "0")] {
      try data.text("file,label,is_valid\n1.png,a,\(no)\n2.png,b,\(yes)\n", to: "t.csv")
      #expect(
        try data.items(LabelTable("\(data.path)/t.csv", folder: data.path))
          == ["1.png a train", "2.png b valid"])
    }
    try data.text("file,label,is_valid\n1.png,a,maybe\n", to: "t.csv")
    #expect(
      throws: DataError(
        .unknownSplit("maybe", column: "is_valid"), path: "\(data.path)/t.csv", line: 2)
    ) {
      try LabelTable("\(data.path)/t.csv", folder: data.path).read()
    }
  }

  @Test("there is no column without a table")
  func noColumn() throws {
    let data = try ImageFiles(["cat/1.png", "dog/2.png"])
    let table = try data.table("folders")
    let error = #expect(throws: DataError.self) {
      try table.values(ofColumn: "sex", for: try table.items())
    }
    #expect(error?.problem == "there is no table that could have the column \"sex\"")
  }
}

import DataBlocks
import Files
import Testing

@Suite("Tables of known formats")
struct KnownTableTests {
  @Test("SIIM's masks: several rows are one image, -1 is no finding, files are found by their id")
  func siim() throws {
    let data = try ImageFiles()
    for (number, name) in ["train/s/1.2.3.dcm", "train/t/1.2.4.dcm", "1.2.5"].enumerated() {
      try data.film(name, [:], number: number)
    }
    try data.text(
      "ImageId, EncodedPixels\n1.2.3, -1\n1.2.4, 10 3\n1.2.4,40 2 7 1\n1.2.5,-1\n", to: "rle.csv")
    func table() -> LabelTable { LabelTable("\(data.path)/rle.csv", folder: data.path) }
    let found = try table().read()
    try found.check(found.items)
    #expect(
      found.columns.description
        == "the table is SIIM's masks: 3 images in 4 rows, 1 with Pneumothorax; "
        + "columns file = \"ImageId\", label = \"EncodedPixels\"; no column split or patient")
    #expect(
      try data.items(table()) == [
        "train/s/1.2.3.dcm No Pneumothorax", "train/t/1.2.4.dcm Pneumothorax",
        "1.2.5 No Pneumothorax",
      ])
    func refusal(_ text: String) throws -> String? {
      try data.text(text, to: "rle.csv")
      let error = #expect(throws: DataError.self) { try table().items() }
      return error?.description.replacing("\(data.path)/", with: "")
    }
    #expect(
      try refusal("ImageId,EncodedPixels\n1.2.3,-1\n1.2.3,4 5\n")
        == "rle.csv, line 3: lines 2, 3 say that \"1.2.3\" has a finding and that it has none; remove the wrong rows"
    )
    #expect(
      try refusal("ImageId,EncodedPixels\n1.2.3,x\n")
        == "rle.csv, line 2: \"x\" in the column \"EncodedPixels\" is not -1 or numbers of runs; correct or remove the row"
    )
    #expect(try refusal("ImageId,EncodedPixels\n1.2.3,\n")?.contains("the label is empty") == true)
    #expect(try refusal("ImageId,EncodedPixels\n9,-1\n")?.contains("9 does not exist") == true)
    #expect(
      try refusal("ImageId,EncodedPixels,patientId,x,y,width,height,Target\n1,-1,1,,,,,0\n")
        == "rle.csv: the table has the columns of SIIM's masks and of RSNA's boxes; name the columns with "
        + "--file-column and --label-column")
    try data.film("other/1.2.3.dcm", [:])
    #expect(
      try refusal("ImageId,EncodedPixels\n1.2.3,-1\n")?.contains("2 files are called \"1.2.3\"")
        == true)
    // Columns of files and labels come first.
    try data.text("file,label,ImageId,EncodedPixels\n1.2.5,a,1.2.3,-1\n", to: "rle.csv")
    #expect(try data.items(table()) == ["1.2.5 a"])
  }

  @Test("RSNA's boxes: a patient is an image")
  func rsna() throws {
    let data = try ImageFiles()
    for (number, name) in ["p1", "p2"].enumerated() {
      try data.film("\(name).dcm", [:], number: number)
    }
    try data.text(
      "patientId,x,y,width,height,Target\np1,1,2,3,4,1\np1,5,6,7,8,1\np2,,,,,0\n", to: "t.csv")
    let found = try LabelTable("\(data.path)/t.csv", folder: data.path).read()
    try found.check(found.items)
    #expect(found.items.map(\.label) == ["Pneumonia", "No Pneumonia"])
    #expect(
      found.items.map(\.patient) == ["p1", "p2"]
        && found.items.map(\.name).allSatisfy { $0.hasSuffix(".dcm") })
    #expect(
      found.columns.description.hasPrefix(
        "the table is RSNA's boxes: 2 images in 3 rows, 1 with Pneumonia; "))
    try data.text("patientId,x,y,width,height,Target\np1,,,,,2\n", to: "t.csv")
    #expect(throws: DataError.self) {
      try LabelTable("\(data.path)/t.csv", folder: data.path).read()
    }
  }

  @Test("NIH's findings: several labels per image, No Finding is none of them")
  func nih() throws {
    let data = try ImageFiles([
      "images_001/images/00000001_000.png", "images_002/images/00000002_000.png",
    ])
    try data.text(
      "Image Index,Finding Labels,Follow-up #,Patient ID\n00000001_000.png,Cardiomegaly|Mass,0,1\n"
        + "00000002_000.png,No Finding,0,2\n", to: "t.csv")
    let found = try LabelTable("\(data.path)/t.csv", folder: data.path).read()
    let several = try found.labeled(for: MultiCategoryBlock())
    #expect(several.items.map(\.label) == ["Cardiomegaly|Mass", ""])
    #expect(several.items.map(\.patient) == ["1", "2"])
    let block = try MultiCategoryBlock().fitted(to: several.items)
    #expect(block.vocab == ["Cardiomegaly", "Mass"])
    let error = #expect(throws: DataError.self) { try found.labeled(for: CategoryBlock()) }
    #expect(error?.description.contains("--target multi_category") == true)
    #expect(error?.line == 2)
  }
}

import DataBlocks
import Foundation
import Testing

@Suite("Loaders in one line")
struct ImageDataLoadersTests {
  private let transforms: [any Transform] = [Resize(16)]

  private func names(_ items: [DataItem]) -> [String] {
    items.map { "\(($0.path as NSString).lastPathComponent) \($0.label ?? "")" }
  }

  @Test("folders of train and valid, or a random share")
  func folders() throws {
    let data = try ImageFiles([
      "train/cat/1.png", "train/dog/2.png", "valid/cat/3.png", "test/dog/4.png",
    ])
    let given = try ImageDataLoaders.fromFolder(
      data.path, itemTransforms: transforms, batchSize: 2, workers: 0)
    #expect(names(given.train.items) == ["1.png cat", "2.png dog"])
    #expect(given.valid.map { names($0.items) } == ["3.png cat"])
    #expect(given.vocab == ["cat", "dog"] && given.train.batchCount == 1)
    let drawn = try ImageDataLoaders.fromFolder(
      data.path, validPct: 0.25, seed: 3, itemTransforms: transforms, batchSize: 2, workers: 0)
    #expect(drawn.train.items.count == 3 && drawn.valid?.items.count == 1)
    let flat = try ImageFiles(["cat/1.png", "dog/2.png"])
    let error = #expect(throws: DataError.self) {
      try ImageDataLoaders.fromFolder(flat.path, itemTransforms: transforms)
    }
    #expect(error?.problem == "there is no image in its folders train, valid")
  }

  @Test("names by function and expression, paths, lists")
  func names() throws {
    let files = (0..<10).map { "\($0 % 2 == 0 ? "cat" : "dog")_\($0).png" }
    let data = try ImageFiles(files)
    let all = try getImageFiles(in: data.path)
    #expect(all.count == 10)
    let ways: [DataLoaders] = [
      try ImageDataLoaders.fromNameFunc(
        data.path, { String($0.prefix(3)) }, itemTransforms: transforms, workers: 0),
      try ImageDataLoaders.fromNameRegex(
        data.path, "(.+)_\\d+.png$", itemTransforms: transforms, workers: 0),
      try ImageDataLoaders.fromPathFunc(
        all, { String(($0 as NSString).lastPathComponent.prefix(3)) }, itemTransforms: transforms,
        workers: 0),
      try ImageDataLoaders.fromLists(
        all,
        labels: all.map { ($0 as NSString).lastPathComponent.hasPrefix("cat") ? "cat" : "dog" },
        itemTransforms: transforms, workers: 0),
    ]
    let split = RandomSplitter(seed: 42).split(all.map { DataItem(path: $0) })
    for loaders in ways {
      #expect(loaders.train.items.map(\.path) == split.train.map { all[$0] })
      #expect(loaders.vocab == ["cat", "dog"])
    }
    let error = #expect(throws: DataError.self) {
      try ImageDataLoaders.fromNameRegex(data.path, "(cat)_", itemTransforms: transforms)
    }
    #expect(error?.problem.hasPrefix("5 of 10 names do not match") == true)
    #expect(parentLabel("a/b/c.png") == "b" && parentLabel("c.png") == "")
  }

  @Test("tables: the first two columns, a suffix, several labels, a column for validation")
  func csv() throws {
    let data = try ImageFiles((0..<6).map { "films/\($0).png" })
    var text = "name,tags,is_valid\n"
    for i in 0..<6 { text += "\(i),\(i % 2 == 0 ? "a b" : "b"),\(i > 3)\n" }
    try data.text(text, to: "labels.csv")
    let found = try ImageDataLoaders.fromCSV(
      data.path, folder: "films", suffix: ".png", labelDelimiter: " ", itemTransforms: transforms,
      batchSize: 2, workers: 0)
    #expect(found.vocab == ["a", "b"] && found.train.items.count == 4)
    #expect(found.valid.map { names($0.items) } == ["4.png a b", "5.png b"])
    #expect(throws: DataError.self) {
      try ImageDataLoaders.fromCSV(data.path, folder: "films", itemTransforms: transforms)
    }
    let row = try CSVTable(contentsOf: "\(data.path)/labels.csv").rows[0]
    #expect(ColReader("name", prefix: "films/", suffix: ".png")(row) == "films/0.png")
    #expect(ColReader("none")(row) == "")
  }

  @Test("a random split keeps the patients of DICOM headers together")
  func patients() throws {
    let data = try ImageFiles()
    for i in 0..<20 {
      try data.film("\(i % 2 == 0 ? "a" : "b")_\(i).dcm", ["PatientID": "p\(i / 4)"], number: i)
    }
    let numbers = Dictionary(
      uniqueKeysWithValues: (0..<20).map {
        ("\(data.path)/\($0 % 2 == 0 ? "a" : "b")_\($0).dcm", $0)
      })
    for seed in 0..<4 as Range<UInt32> {
      let found = try ImageDataLoaders.fromNameRegex(
        data.path, "(.)_", validPct: 0.4, seed: seed, itemTransforms: transforms, workers: 0)
      let patients = [found.train.items, found.valid?.items ?? []].map { items in
        Set(items.compactMap { numbers[$0.path].map { $0 / 4 } })
      }
      #expect(patients[0].isDisjoint(with: patients[1]) && patients[1].count == 2)
    }
  }
}

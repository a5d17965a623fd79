import DataBlocks
import Foundation
import Imaging
import Tensors
import TestSupport
import Testing

@Suite("Tables, splits and loaders")
struct DataLoaderTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lightbox-\(UUID())")
      .path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func films(_ folder: String, _ count: Int) throws -> [DataItem] {
    var random = RandomSource(seed: 2)
    return try (0..<count).map { i in
      let samples = (0..<(40 * 30)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      let path = "\(folder)/\(i).png"
      try PNG.write(PixelBuffer(width: 40, height: 30, channels: 1, samples: samples), to: path)
      return DataItem(path: path, label: i % 3 == 0 ? "b" : "a", patient: "p\(i / 2)")
    }
  }

  private func all(_ loader: DataLoader, epoch: Int) throws -> [(inputs: [Float], indices: [Int])] {
    var found: [(inputs: [Float], indices: [Int])] = []
    var iterator = loader.batches(epoch: epoch)
    while let batch = try iterator.next() {
      found.append((batch.inputs.floatScalars, batch.itemIndices))
    }
    return found
  }

  @Test("the number of workers changes nothing; epochs differ")
  func workers() throws {
    try withFolder { folder in
      let items = try films(folder, 22)
      let block = DataBlock<DataItem>(
        itemTransforms: [Resize(24)],
        batchTransforms: [RandomResizedCropGPU(16), RandomErasing()] + augTransforms())
      let runs = try [0, 1, 3].map { workers in
        let loaders = try block.dataLoaders(items, batchSize: 4, workers: workers, seed: 5)
        return try [all(loaders.train, epoch: 0), all(loaders.train, epoch: 1)]
      }
      #expect(runs[0][0].count == 4)
      #expect(runs[0][0].flatMap(\.inputs).allSatisfy { $0.isFinite })
      for run in runs.dropFirst() {
        for epoch in 0..<2 {
          #expect(run[epoch].map(\.indices) == runs[0][epoch].map(\.indices))
          #expect(run[epoch].map(\.inputs) == runs[0][epoch].map(\.inputs))
        }
      }
      #expect(runs[0][0].map(\.indices) != runs[0][1].map(\.indices))
    }
  }

  @Test(
    "what the cache keeps changes nothing", arguments: [ResizeMethod.crop, .pad, .squish],
    [(30, 40), (30, 30), (10, 10)])
  func cache(_ method: ResizeMethod, _ size: (height: Int, width: Int)) throws {
    try withFolder { folder in
      var items = try films(folder, 8)
      // Square images are kept resized, others whole in training.
      let square = try PixelBuffer(contentsOfImage: items[0].path)
        .cropped(x: 3, y: 0, width: 30, height: 30)
      try PNG.write(square, to: "\(folder)/square.png")
      items.append(DataItem(path: "\(folder)/square.png", label: "a", patient: "q"))
      let block = DataBlock<DataItem>(
        itemTransforms: [Resize(height: size.height, width: size.width, method: method)],
        batchTransforms: augTransforms())
      let warm = try block.dataLoaders(items, batchSize: 2, workers: 0, seed: 5)
      let valid = try #require(warm.valid)
      for epoch in 0..<3 {
        let cold = try block.dataLoaders(items, batchSize: 2, workers: 0, seed: 5)
        #expect(
          try all(warm.train, epoch: epoch).map(\.inputs)
            == all(cold.train, epoch: epoch).map(\.inputs))
        #expect(
          try all(valid, epoch: epoch).map(\.inputs)
            == all(#require(cold.valid), epoch: 0).map(\.inputs))
      }
    }
  }

  @Test("an unreadable file stops with its path and reason, or is left out and listed")
  func unreadable() throws {
    try withFolder { folder in
      let items = try films(folder, 9)
      try Data("no image".utf8).write(to: URL(fileURLWithPath: items[4].path))
      for workers in [0, 2] {
        func loader(_ policy: UnreadablePolicy) throws -> DataLoader {
          try DataLoader(
            items, pipeline: Pipeline([Resize(16)]), target: CategoryBlock(vocab: ["a", "b"]),
            mode: .validation, batchSize: 4, workers: workers, unreadable: policy)
        }
        do {
          _ = try all(loader(.stop), epoch: 0)
          Issue.record("an unreadable file was taken")
        } catch { #expect("\(error)".contains(items[4].path)) }
        let skipping = try loader(.skip)
        let kept = try all(skipping, epoch: 0).map(\.indices)
        #expect(kept == [[0, 1, 2, 3], [5, 6, 7], [8]])
        #expect(skipping.skipped.map(\.path) == [items[4].path])
      }
    }
  }

  @Test("an iterator that is given up ends its threads")
  func abandoned() throws {
    try withFolder { folder in
      let loaders = try DataBlock<DataItem>(itemTransforms: [Resize(16)])
        .dataLoaders(try films(folder, 20), batchSize: 2, workers: 3)
      for _ in 0..<20 {
        var iterator = loaders.train.batches(epoch: 0)
        _ = try iterator.next()
      }
    }
  }

  @Test("splits: fastai's permutation; whole patients; columns")
  func splits() throws {
    let ten = (0..<10).map { DataItem(path: "\($0)") }
    let random = RandomSplitter(validFraction: 0.2, seed: 42).split(ten)
    #expect(random.valid == [2, 6])
    #expect(random.train == [1, 8, 4, 5, 0, 9, 3, 7])
    let films = (0..<40).map { DataItem(path: "\($0)", patient: "p\($0 % 9)") }
    let patients = PatientSplitter(validFraction: 0.3, seed: 1).split(films)
    #expect(!patients.valid.isEmpty && patients.valid.count <= 12)
    #expect((patients.train + patients.valid).sorted() == Array(0..<40))
    #expect(
      sharedPatients(patients.train.map { films[$0] }, patients.valid.map { films[$0] }).isEmpty)
  }

  @Test("blank patients of table rows are unknown, and blank labels are refused")
  func blankCells() throws {
    let table = try CSVTable(
      text: "file,label,patient\n"
        + (0..<10).map { "\($0).png,\($0 % 2),\($0 < 8 ? "" : "p")\n" }.joined(),
      path: "t.csv")
    func block(_ label: @escaping @Sendable (CSVTable.Row) -> String?) -> DataBlock<CSVTable.Row> {
      DataBlock(
        getX: { $0[0] }, getY: label, getPatient: { $0["patient"] },
        splitter: PatientSplitter(validFraction: 0.4, seed: 1), itemTransforms: [Resize(8)])
    }
    let loaders = try block { $0[1] }.dataLoaders(table.rows, batchSize: 2)
    let items = loaders.train.items + (loaders.valid?.items ?? [])
    #expect(items.count { $0.patient == nil } == 8 && items.count { $0.patient == "p" } == 2)
    #expect(loaders.valid?.items.contains { $0.patient == nil } == true)
    #expect(throws: DataError.self) { try block { _ in " " }.dataLoaders(table.rows, batchSize: 2) }
  }

  @Test("tables that are wrong are refused with the line and the way out")
  func tables() throws {
    try withFolder { folder in
      _ = FileManager.default.createFile(atPath: "\(folder)/1.png", contents: Data())
      func items(_ text: String) throws -> [DataItem] {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/t.csv"))
        return try LabelTable("\(folder)/t.csv", folder: folder).items()
      }
      let label = try items("file,label,split\n\"1.png\",\"a, \"\"b\"\"\",val\r\n").first?.label
      #expect(
        label == "a, \"b\""
      )
      for (text, words) in [
        ("file,finding\n1.png,a\n", "there is no column \"label\"; there are file, finding"),
        ("file,label\n2.png,a\n", "line 2"), ("file,label\n1.png,\n", "is empty"),
        ("file,label\n1.png\n", "1 cells"),
        ("file,label\n1.png,a\n1.png,b\n", "line 2 already"),
        ("file,label,split\n1.png,a,dev\n", "is not a split"),
        ("file,label\n\"1.png,a\n", "never closed"), ("", "no header"), ("file,label\n", "no rows"),
      ] {
        do {
          _ = try items(text)
          Issue.record("was taken: \(text)")
        } catch { #expect("\(error)".contains(words), "\(error)") }
      }
    }
    #expect(throws: DataError(.oneClass("a"))) {
      _ = try DataLoaders(
        train: [DataItem(path: "1", label: "a")], valid: [], pipeline: Pipeline([Resize(8)]))
    }
  }

  /// A target that is no class: the label is a number.
  private struct RegressionBlock: TargetBlock {
    var vocab: [String] { [] }
    var outputCount: Int { 1 }
    func fitted(to items: [DataItem]) -> RegressionBlock { self }
    func check(_ label: String) throws(DataError) {
      if Float(label) == nil { throw DataError(.unknownLabel(label, known: ["numbers"])) }
    }
    func encode(_ labels: [String]) -> Tensor {
      Tensor(labels.compactMap { Float($0) }, shape: [labels.count, 1])
    }
  }

  @Test(
    "a custom target block and a transform that changes labels work with the loader")
  func ownBlocks() throws {
    struct Negate: Transform {
      var effects: TransformEffects { .label }
      func apply(to sample: inout Sample, _ context: inout TransformContext) {
        sample.label = sample.label.map { "-" + $0 }
      }
    }
    try withFolder { folder in
      var items = try films(folder, 6)
      for i in items.indices { items[i].label = "\(Double(i) / 2)" }
      let block = DataBlock<DataItem>(
        blocks: (ImageBlock(), RegressionBlock()), splitter: IndexSplitter([0, 1, 2]),
        itemTransforms: [Resize(16)], batchTransforms: [Negate(), Invert()])
      let loaders = try block.dataLoaders(items, batchSize: 3, workers: 2)
      #expect(loaders.target.outputCount == 1 && loaders.vocab.isEmpty)
      var iterator = try #require(loaders.valid).batches(epoch: 0)
      let batch = try #require(try iterator.next())
      #expect(batch.targets?.floatScalars == [0, -0.5, -1])
      items[1].label = "many"
      #expect(
        throws: DataError(.unknownLabel("many", known: ["numbers"]), path: items[1].path)
      ) { try block.dataLoaders(items) }
    }
  }

  @Test("splitters by column, index, folder and function")
  func fixedSplitters() {
    let items = ["train/a/1", "valid/a/2", "test/a/3", "train/b/4"].map {
      DataItem(path: "/d/\($0).png", split: DataSplit(name: String($0.prefix { $0 != "/" })))
    }
    for splitter in [ColSplitter(), GrandparentSplitter()] as [any Splitter] {
      #expect((try? splitter.split(items))?.train == [0, 3])
      #expect((try? splitter.split(items))?.valid == [1])
    }
    #expect(IndexSplitter([2]).split(items).train == [0, 1, 3])
    #expect(FuncSplitter { $0.path.contains("/a/") }.split(items).valid == [0, 1, 2])
  }
}

import DataBlocks
import Tensors
import Testing

@Suite("Targets: several labels, numbers; sampling by weights")
struct TargetBlockTests {
  private func items(_ labels: [String?]) -> [DataItem] {
    labels.enumerated().map { DataItem(path: "/d/\($0).png", label: $1) }
  }

  @Test(
    "labels of a cell: the delimiter, the sorted union, multi-hot targets",
    arguments: [
      (nil, ["b;a", "c", " a ; ;b", ""], ["a", "b", "c"]),
      (nil, ["b a", "c", "a  b", " "], ["a", "b", "c"]),
      (nil, ["No Finding|b", "c", "b|No Finding", ""], ["No Finding", "b", "c"]),
      (nil, ["No Finding;b", "c", "b;No Finding", ""], ["No Finding", "b", "c"]),
      (", ", ["b, a x", "c", "a x, b", ""], ["a x", "b", "c"]),
    ] as [(String?, [String], [String])])
  func labels(_ delimiter: String?, _ cells: [String], _ vocab: [String]) throws {
    let block = try MultiCategoryBlock(labelDelimiter: delimiter).fitted(to: items(cells))
    #expect(block.vocab == vocab && block.outputCount == 3 && block.acceptsEmptyLabel)
    let targets = block.encode(cells)
    #expect(targets.shape == [4, 3] && targets.dtype == .float32)
    #expect(targets.floatScalars == [1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0])
    let error = #expect(throws: DataError.self) { try block.check("z") }
    #expect(error?.reason == .unknownLabel("z", known: vocab))
  }

  @Test("a given vocabulary keeps its order; no label at all is an error")
  func vocabulary() throws {
    let given = try MultiCategoryBlock(vocab: ["b", "a"]).fitted(to: items(["a;b"]))
    #expect(given.vocab == ["b", "a"] && given.encode(["a"]).floatScalars == [0, 1])
    let error = #expect(throws: DataError.self) {
      try MultiCategoryBlock().fitted(to: items(["", " ", nil]))
    }
    #expect(error?.reason == .noLabels)
    #expect(try MultiCategoryBlock().fitted(to: items(["a", ""])).outputCount == 1)
  }

  @Test("an item without a label is not one without findings")
  func missing() throws {
    let pipeline = Pipeline([Resize(8)])
    let error = #expect(throws: DataError.self) {
      try DataLoaders(
        train: items(["a", nil]), valid: [], pipeline: pipeline, target: MultiCategoryBlock())
    }
    #expect(error?.reason == .missingLabel)
    let loaders = try DataLoaders(
      train: items(["a", ""]), valid: [], pipeline: pipeline, target: MultiCategoryBlock())
    #expect(loaders.target.outputCount == 1)
    #expect(throws: DataError.self) {
      try DataLoaders(
        train: items(["1", ""]), valid: [], pipeline: pipeline, target: RegressionBlock())
    }
  }

  @Test("numbers of a cell")
  func numbers() throws {
    let block = try RegressionBlock().fitted(to: items(["1.5; -2", "3;4"]))
    #expect(block.outputCount == 2)
    #expect(block.encode(["1.5; -2", "3 4e1"]).floatScalars == [1.5, -2, 3, 40])
    for label in ["1", "1;2;3", "a;b", "", "inf;1", "nan;1", "1,5;2"] {
      #expect(throws: DataError(.notNumbers(label, expected: 2))) { try block.check(label) }
    }
    #expect(throws: DataError.self) { try RegressionBlock().fitted(to: items(["many"])) }
    #expect(try RegressionBlock().fitted(to: items(["7"])).encode(["7"]).shape == [1, 1])
  }

  private func loader(
    _ labels: [String], _ sampling: ItemSampling, seed: UInt64 = 1, batchSize: Int = 4
  ) throws -> DataLoader {
    try DataLoaders(
      train: items(labels), valid: [], pipeline: Pipeline([Resize(8)]), batchSize: batchSize,
      seed: seed, sampling: sampling
    ).train
  }

  @Test("balanced sampling: classes alike, with replacement, the same for (seed, epoch)")
  func balanced() throws {
    let labels = (0..<400).map { $0 < 40 ? "rare" : "frequent" }
    let train = try loader(labels, .balanced)
    #expect(train.batchCount == 100 && train.itemCount == 400)
    var rare = 0
    for epoch in 0..<10 {
      let drawn = train.plan(epoch: epoch).flatMap(\.self)
      #expect(drawn.count == 400 && drawn.allSatisfy((0..<400).contains))
      rare += drawn.count { $0 < 40 }
    }
    // 4000 draws with p = 1/2: five standard deviations are 158.
    #expect(abs(rare - 2000) < 160)
    let same = try loader(labels, .balanced)
    #expect(train.plan(epoch: 3) == same.plan(epoch: 3))
    #expect(train.plan(epoch: 3) != train.plan(epoch: 4))
    let other = try loader(labels, .balanced, seed: 2)
    #expect(train.plan(epoch: 3) != other.plan(epoch: 3))
    #expect(Set(train.plan(epoch: 0).flatMap(\.self)).count < 400)
  }

  @Test("weights per item: those of 0 never occur; frequencies follow")
  func weighted() throws {
    let labels = ["a", "b", "a", "b", "a"]
    let train = try loader(labels, .weighted([0, 3, 1, 0, 0]), batchSize: 5)
    let drawn = (0..<400).flatMap { train.plan(epoch: $0).flatMap(\.self) }
    #expect(drawn.allSatisfy { $0 == 1 || $0 == 2 })
    #expect(abs(Double(drawn.count { $0 == 1 }) / 2000 - 0.75) < 0.05)
  }

  @Test("weights that do not fit trap")
  func refusals() async {
    await #expect(processExitsWith: .failure) {
      _ = try DataLoaders(
        train: [DataItem(path: "a", label: "a"), DataItem(path: "b", label: "b")], valid: [],
        pipeline: Pipeline([Resize(8)]), sampling: .weighted([1]))
    }
    await #expect(processExitsWith: .failure) {
      _ = try DataLoaders(
        train: [DataItem(path: "a", label: "a"), DataItem(path: "b", label: "b")], valid: [],
        pipeline: Pipeline([Resize(8)]), sampling: .weighted([0, .nan]))
    }
  }
}

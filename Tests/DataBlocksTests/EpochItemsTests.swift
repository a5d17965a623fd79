import DataBlocks
import Testing

@Suite("Items of an epoch")
struct EpochItemsTests {
  private func loader(
    _ count: Int, batchSize: Int = 4, _ items: EpochItems
  ) throws -> DataLoader {
    let all = (0..<count).map { DataItem(path: "\($0).png", label: $0 % 2 == 0 ? "a" : "b") }
    return try DataLoader(
      all, pipeline: Pipeline([Resize(8)]),
      target: try CategoryBlock().fitted(to: [
        DataItem(path: "a.png", label: "a"), DataItem(path: "b.png", label: "b"),
      ]),
      mode: .training, batchSize: batchSize, epochItems: items)
  }

  @Test(
    "a last batch that is not full is kept if asked, but one of a single item never",
    arguments: [
      (8, true, [4, 4]), (11, true, [4, 4]), (11, false, [4, 4, 3]), (9, false, [4, 4]),
      (10, false, [4, 4, 2]), (3, true, []), (3, false, [3]), (1, false, []),
    ])
  func last(count: Int, dropsLast: Bool, batches: [Int]) throws {
    let loader = try loader(count, EpochItems(dropsLast: dropsLast))
    #expect(loader.plan(epoch: 3).map(\.count) == batches)
    #expect(loader.batchCount == batches.count && loader.itemCount == batches.reduce(0, +))
    #expect(Set(loader.plan(epoch: 3).joined()).count == loader.itemCount)
  }

  @Test("with a batch size of 1, the last item is kept")
  func single() throws {
    #expect(try loader(3, batchSize: 1, EpochItems(dropsLast: false)).batchCount == 3)
  }

  @Test("an epoch of fewer items has others each time, and all in the long run")
  func partial() throws {
    let loader = try loader(40, EpochItems(count: 10, dropsLast: false))
    #expect(loader.batchCount == 3 && loader.itemCount == 10)
    let epochs = (0..<40).map { loader.plan(epoch: $0).flatMap { $0 } }
    #expect(epochs.allSatisfy { Set($0).count == 10 })
    #expect(Set(epochs).count == 40)
    #expect(Set(epochs.joined()) == Set(0..<40))
    #expect(loader.plan(epoch: 5).flatMap { $0 } == epochs[5])
    #expect(try self.loader(6, EpochItems(count: 10)).itemCount == 4)
    let balanced = try self.loader(40, EpochItems(.balanced, count: 10, dropsLast: false))
    #expect(balanced.plan(epoch: 0).map(\.count) == [4, 4, 2])
  }
}

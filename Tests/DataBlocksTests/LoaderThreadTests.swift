import DataBlocks
import Foundation
import Imaging
import Testing

@Suite("Loader threads")
struct LoaderThreadTests {
  private static func loader(_ folder: String, workers: Int) throws -> DataLoader {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let items = try (0..<12).map { number in
      let path = "\(folder)/\(number).png"
      let samples = [UInt8](repeating: UInt8(number * 20), count: 64)
      try PixelBuffer(width: 8, height: 8, channels: 1, samples: samples).write(to: path)
      return DataItem(path: path, label: number % 2 == 0 ? "a" : "b")
    }
    return try DataLoader(
      items, pipeline: Pipeline([Resize(8)]), target: try CategoryBlock().fitted(to: items),
      mode: .validation, batchSize: 4, workers: workers)
  }

  private static func indices(_ loader: DataLoader) throws -> [Int] {
    var batches = loader.batches(epoch: 0)
    var found: [Int] = []
    while let batch = try batches.next() { found += batch.itemIndices }
    return found
  }

  @Test("without new threads, the calling thread loads", .timeLimit(.minutes(1)))
  func noThreads() async {
    await #expect(processExitsWith: .success) {
      let folder = NSTemporaryDirectory() + "lightbox-\(UUID())"
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let loader = try LoaderThreadTests.loader(folder, workers: 4)
      // For root, the limit does not count.
      if getuid() == 0 { _ = setuid(65534) }
      var limit = rlimit(rlim_cur: 0, rlim_max: 0)
      setrlimit(__rlimit_resource_t(6), &limit)  // RLIMIT_NPROC
      #expect(try LoaderThreadTests.indices(loader) == Array(0..<12))
    }
  }

  @Test("an epoch that is abandoned ends its threads", .timeLimit(.minutes(1)))
  func abandoned() throws {
    let folder = NSTemporaryDirectory() + "lightbox-\(UUID())"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let loader = try Self.loader(folder, workers: 3)
    for _ in 0..<200 {
      var batches = loader.batches(epoch: 0)
      #expect(try batches.next()?.itemIndices == [0, 1, 2, 3])
    }
    try FileManager.default.removeItem(atPath: folder + "/7.png")
    let fresh = try DataLoader(
      loader.items, pipeline: Pipeline([Resize(8)]),
      target: try CategoryBlock().fitted(to: loader.items), mode: .validation, batchSize: 4,
      workers: 3)
    for _ in 0..<50 { #expect(throws: DataError.self) { try Self.indices(fresh) } }
  }
}

import DataBlocks
import Foundation
import Imaging
import Layers
import Tensors
import TestSupport
import Testing
import Training
import Vision

/// Trains a small network on films of noise for three steps and gives all its weights.
private func trained(workers: Int, seed: UInt64 = 5, recomputing: Bool = false) throws -> [Float] {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lightbox-\(UUID())")
    .path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  var random = RandomSource(seed: 2)
  let items = try (0..<16).map { i in
    let samples = (0..<(80 * 70)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let path = "\(folder)/\(i).png"
    try PNG.write(PixelBuffer(width: 80, height: 70, channels: 1, samples: samples), to: path)
    return Item(path: path, label: i % 3 == 0 ? "b" : "a")
  }
  let loaders = try DataBlock<Item>(
    itemTransforms: [Resize(64)], batchTransforms: [.augTransforms()]
  )
  .dataLoaders(items, batchSize: 4, workers: workers, seed: seed)
  let learner = try visionLearner(loaders, "resnet18", seed: seed)
  learner.vision.recomputeBlocks(recomputing)
  learner.recorder.printsTable = false
  learner.report = { _ in }
  try learner.fit(1, learningRate: 1e-3)
  #expect(learner.totalSteps == 3)
  return learner.model.stateDictionary.filter { $0.tensor.dtype == .float32 }
    .flatMap(\.tensor.floatScalars)
}

private func digest(_ values: [Float]) -> UInt64 {
  values.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01b3 }
}

@Suite("The same seed and threads give the same bits", .serialized)
struct DeterminismTests {
  @Test("twice in a process, with any number of workers, with blocks computed again")
  func sameProcess() throws {
    let first = digest(try trained(workers: 0))
    #expect(try digest(trained(workers: 0)) == first)
    #expect(try digest(trained(workers: 1)) == first)
    #expect(try digest(trained(workers: 3)) == first)
    #expect(try digest(trained(workers: 2, recomputing: true)) == first)
    #expect(try digest(trained(workers: 2, seed: 6)) != first)
  }

  @Test("in two processes")
  func twoProcesses() async throws {
    let first = await #expect(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) { print("weights \(digest(try trained(workers: 1)))") }
    let second = await #expect(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) { print("weights \(digest(try trained(workers: 2)))") }
    func weights(_ result: ExitTest.Result?) throws -> Substring {
      let text = String(decoding: try #require(result).standardOutputContent, as: UTF8.self)
      return try #require(text.split(separator: "\n").first { $0.hasPrefix("weights ") })
    }
    #expect(try weights(first) == weights(second))
  }

  // The number of threads is the whole process's choice. Sums are split among them, so rounding differs.
  @Test("one thread and two: the same but for rounding")
  func threads() async {
    await #expect(processExitsWith: .success) {
      Compute.threads = 1
      let one = try trained(workers: 0)
      Compute.threads = 2
      let two = try trained(workers: 0)
      let found = relativeDifference(two, one)
      #expect(found < 1e-3, "\(found)")
    }
  }
}

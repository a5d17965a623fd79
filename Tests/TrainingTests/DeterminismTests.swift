import DataBlocks
import Foundation
import Imaging
import Layers
import Tensors
import TestSupport
import Testing
import Training
import Vision

/// Trains a small network for three steps on images of noise and returns its weights.
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
    return DataItem(path: path, label: i % 3 == 0 ? "b" : "a")
  }
  let loaders = try DataBlock<DataItem>(
    itemTransforms: [Resize(64)], batchTransforms: augTransforms()
  )
  .dataLoaders(items, batchSize: 4, workers: workers, seed: seed)
  let learner = try visionLearner(loaders, "resnet18", seed: seed)
  learner.visionModel.recomputeBlocks(recomputing)
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
  @Test("twice in a process, with any number of workers, with recomputed activations")
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

  // One process each: oneDNN primitives are cached with the number of threads of their creation.
  @Test("one thread and two differ by rounding only")
  func threads() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lightbox-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (one, two) = (folder.path + "/1", folder.path + "/2")
    await #expect(processExitsWith: .success) { [one = one as String] in
      try train(threads: 1, into: one)
    }
    await #expect(processExitsWith: .success) { [two = two as String] in
      try train(threads: 2, into: two)
    }
    let found = relativeDifference(try weights(in: two), try weights(in: one))
    #expect(found < 0.02, "\(found)")
  }
}

private func train(threads: Int, into path: String) throws {
  Compute.threads = threads
  let values = try trained(workers: 0)
  try values.withUnsafeBytes { Data($0) }.write(to: URL(fileURLWithPath: path))
}

private func weights(in path: String) throws -> [Float] {
  let data = try Data(contentsOf: URL(fileURLWithPath: path))
  return data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
}

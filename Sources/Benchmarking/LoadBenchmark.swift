import Checkpoints
import Dispatch
import Files
import Layers
package import Models
import Vision

/// The time of loading a file of weights into a new model.
package struct LoadBenchmark: Encodable, Sendable {
  /// The seconds for opening the file and listing its tensors.
  package let openSeconds: Double
  /// The seconds for reading the tensors into the model.
  package let loadSeconds: Double

  /// Reads a file into the page cache, then loads it in several rounds, each into a new model.
  ///
  /// - Returns: One result per round. The first includes the allocation of memory.
  /// - Throws: `FileError`, `CheckpointError`, or `WeightsMismatch`.
  package static func run(
    _ file: String, into architecture: Architecture, rounds: Int
  ) throws -> [LoadBenchmark] {
    _ = try FileHash.sha256(ofFile: file)
    return try (0..<rounds).map { _ in
      let vision = VisionModel(architecture, classCount: 2)
      let start = DispatchTime.now().uptimeNanoseconds
      let checkpoint = try Checkpoint(contentsOf: file)
      _ = try checkpoint.networkEntries()
      let opened = DispatchTime.now().uptimeNanoseconds
      let report = try vision.load(checkpoint)
      let loaded = DispatchTime.now().uptimeNanoseconds
      guard report.missing.isEmpty, report.mismatched.isEmpty else {
        throw WeightsMismatch(report, path: file)
      }
      return LoadBenchmark(
        openSeconds: Double(opened - start) * 1e-9, loadSeconds: Double(loaded - opened) * 1e-9)
    }
  }
}

import DataBlocks
import Foundation
import GRDB
import Layers
import Logbook
import Tensors
import Training

/// A path that does not exist yet; removed with its contents at the end of a test.
final class TemporaryPath {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("lightbox-\(UUID())")
    .path
  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// A learner of a small network on constant data.
func smallLearner(
  seed: UInt64 = 1, metrics: [Metric] = [.accuracy], callbacks: [any Callback] = []
) -> Learner {
  let net = Sequential(Linear(3, 4), BatchNorm(4), ReLU(), Linear(4, 2))
  net.initialize(seed: seed)
  let x = Tensor((0..<24).map { Float($0 % 5) - 2 }, shape: [8, 3])
  let y = Tensor((0..<8).map { Int64($0 % 2) })
  let learner = Learner(
    model: net, train: TensorBatches(inputs: x, targets: y, batchSize: 4),
    valid: TensorBatches(inputs: x, targets: y, batchSize: 8), metrics: metrics,
    callbacks: callbacks)
  learner.recorder.printsTable = false
  learner.report = { _ in }
  return learner
}

/// Reads one column of a query's rows as text; null is nil.
func column(_ path: String, _ sql: String) throws -> [String?] {
  try DatabaseQueue(path: path).read { try String?.fetchAll($0, sql: sql) }
}

package import DataBlocks
package import Layers
import Tensors

extension Predictions {
  /// Runs a model in evaluation mode over an epoch of a source.
  ///
  /// The model is locked for each batch, not while the next one is read.
  ///
  /// - Throws: What the source throws.
  package init(
    of model: Module, on source: any BatchSource, lossFunction: LossFunction, epoch: Int = 0,
    calibration: PredictorCalibration? = nil
  ) throws {
    let modules = model.modules
    var collected = PredictionCollector()
    var iterator = source.batches(epoch: epoch)
    while let next = try iterator.next() {
      model.evaluating(modules) {
        let output = model(next.inputs)
        let scaled = calibration.scaled(output)
        collected.add(
          output, next, losses: next.targets.map { lossFunction.perItem(scaled, $0) },
          loss: next.targets.map { lossFunction(scaled, $0) })
      }
    }
    self = collected.predictions(lossFunction, calibration)
    if let loader = source as? DataLoader {
      items = collected.items(of: loader.items)
      skipped = loader.skipped
    }
  }
}

/// Collects predictions batch by batch.
struct PredictionCollector {
  private var outputs: [[Float]] = []
  private var targets: [Int] = []
  private var targetValues: [[Float]] = []
  private var losses: [Double] = []
  private var indices: [Int] = []
  private var instances: [String?] = []
  private var lossSum = 0.0
  private var lossItems = 0

  mutating func add(_ output: Tensor, _ batch: Batch, losses: Tensor?, loss: Tensor? = nil) {
    outputs += Self.rows(output, batch.count)
    if let found = batch.targets {
      if found.dtype == .int64 {
        targets += found.scalars(as: Int64.self).map(Int.init)
      } else {
        targetValues += Self.rows(found.converted(to: .float32), batch.count)
      }
    }
    self.losses += losses?.floatScalars.map(Double.init) ?? []
    if let loss, loss.count == 1 {
      lossSum += Double(loss.floatScalars[0]) * Double(batch.count)
      lossItems += batch.count
    }
    indices += batch.itemIndices
    instances +=
      batch.sopInstanceUIDs.isEmpty
      ? [String?](repeating: nil, count: batch.count) : batch.sopInstanceUIDs
  }

  private static func rows(_ tensor: Tensor, _ count: Int) -> [[Float]] {
    let scalars = tensor.floatScalars
    let columns = count == 0 ? 0 : scalars.count / count
    return (0..<count).map { Array(scalars[($0 * columns)..<(($0 + 1) * columns)]) }
  }

  func predictions(
    _ lossFunction: LossFunction, _ calibration: PredictorCalibration? = nil
  ) -> Predictions {
    let columns = outputs.first?.count ?? 0
    let flat =
      outputs.isEmpty
      ? []
      : lossFunction.activation(
        calibration.scaled(Tensor(Array(outputs.joined()), shape: [outputs.count, columns]))
      ).floatScalars
    var found = Predictions(
      outputs: outputs,
      probabilities: outputs.indices.map { Array(flat[($0 * columns)..<(($0 + 1) * columns)]) },
      targets: targets.count == outputs.count ? targets : [],
      losses: losses.count == outputs.count ? losses : [], itemIndices: indices,
      targetValues: targetValues.count == outputs.count ? targetValues : [],
      lossFunction: lossFunction, threshold: calibration?.threshold)
    if lossItems > 0, lossItems == outputs.count { found.batchLoss = lossSum / Double(lossItems) }
    return found
  }

  /// The files of the rows, among the items of the source.
  func items(of all: [DataItem]) -> [PredictedItem] {
    zip(indices, instances).map { index, instance in
      PredictedItem(
        path: all[index].path, frame: all[index].frame, sopInstanceUID: instance,
        patient: all[index].patient)
    }
  }
}

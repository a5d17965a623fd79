public import DataBlocks
public import Layers
import Tensors

/// The outputs of a model for many items.
public struct Predictions: Sendable {
  /// Outputs before the activation, one row per item.
  public let outputs: [[Float]]
  /// Probabilities, one row per item.
  public let probabilities: [[Float]]
  /// The true class of each item; empty if there are no labels.
  public let targets: [Int]
  /// The loss of each item; empty if there are no labels.
  public let losses: [Double]
  /// Each item's index in its source.
  public let itemIndices: [Int]
  /// The files that could not be read and were skipped, in the order of the items.
  public internal(set) var skipped: [DataError] = []

  /// The index of the most probable class of each item; the first of equal ones (`with_decoded`).
  public var decoded: [Int] {
    outputs.map { row in
      row.indices.dropFirst().reduce(0) { row[$1] > row[$0] ? $1 : $0 }
    }
  }

  /// The same predictions with one column per class, if the model has one output for two classes.
  ///
  /// The output is the logit of the second class: its column stays, and the first class has output 0 and the rest of
  /// the probability.
  ///
  /// - Parameter classCount: The number of classes.
  /// - Returns: Two columns for one output of two classes, else the same.
  package func columns(forClasses classCount: Int) -> Predictions {
    guard classCount == 2, self.classCount == 1 else { return self }
    var wide = Predictions(
      outputs: outputs.map { [0, $0[0]] }, probabilities: probabilities.map { [1 - $0[0], $0[0]] },
      targets: targets, losses: losses, itemIndices: itemIndices)
    wide.skipped = skipped
    return wide
  }

  /// Number of items.
  public var count: Int { outputs.count }

  /// Number of outputs per item.
  package var classCount: Int { outputs.first?.count ?? 0 }

  /// The mean of `losses`; nil without labels.
  package var meanLoss: Double? {
    losses.isEmpty ? nil : losses.reduce(0, +) / Double(losses.count)
  }

  /// Creates predictions from their parts.
  ///
  /// - Precondition: One row, and one target and loss if there are any, per item.
  package init(
    outputs: [[Float]], probabilities: [[Float]], targets: [Int], losses: [Double] = [],
    itemIndices: [Int]? = nil
  ) {
    precondition(
      probabilities.count == outputs.count && (targets.isEmpty || targets.count == outputs.count),
      "\(outputs.count) outputs, \(probabilities.count) probabilities, \(targets.count) targets")
    self.outputs = outputs
    self.probabilities = probabilities
    self.targets = targets
    self.losses = losses
    self.itemIndices = itemIndices ?? Array(outputs.indices)
  }
}

extension Predictions {
  /// Runs a model in evaluation mode over an epoch of a source.
  ///
  /// - Throws: What the source throws.
  package init(
    of model: Module, on source: any BatchSource, lossFunction: LossFunction
  ) throws {
    self = try model.evaluating { () throws -> Predictions in
      var collected = PredictionCollector()
      var iterator = source.batches(epoch: 0)
      while let next = try iterator.next() {
        let output = model(next.inputs)
        let losses = next.targets.map { lossFunction(output, $0, reduction: .none) }
        collected.add(output, next, losses: losses)
      }
      return collected.predictions(activation: lossFunction.activation)
    }
  }
}

/// Collects predictions batch by batch.
struct PredictionCollector {
  private var outputs: [[Float]] = []
  private var targets: [Int] = []
  private var losses: [Double] = []
  private var indices: [Int] = []

  mutating func add(_ output: Tensor, _ batch: Batch, losses: Tensor?) {
    let columns = output.rank > 1 ? output.shape[1] : 1
    let scalars = output.floatScalars
    for row in 0..<batch.count {
      outputs.append(Array(scalars[(row * columns)..<((row + 1) * columns)]))
    }
    // Targets that are not class indices have no place in `Predictions.targets`.
    if let found = batch.targets, found.dtype == .int64 {
      targets += found.scalars(as: Int64.self).map(Int.init)
    }
    self.losses += losses?.floatScalars.map(Double.init) ?? []
    indices += batch.itemIndices
  }

  func predictions(activation: (Tensor) -> Tensor) -> Predictions {
    let columns = outputs.first?.count ?? 0
    let flat =
      outputs.isEmpty
      ? []
      : activation(Tensor(Array(outputs.joined()), shape: [outputs.count, columns])).floatScalars
    return Predictions(
      outputs: outputs,
      probabilities: outputs.indices.map { Array(flat[($0 * columns)..<(($0 + 1) * columns)]) },
      targets: targets.count == outputs.count ? targets : [],
      losses: losses.count == outputs.count ? losses : [], itemIndices: indices)
  }
}

import DataBlocks
import Tensors

/// What a model said of many items.
public struct Predictions: Sendable {
  /// Raw outputs, one row per item.
  public let outputs: [[Float]]
  /// Probabilities, one row per item.
  public let probabilities: [[Float]]
  /// The true class of each item; empty if there are no labels.
  public let targets: [Int]
  /// The loss of each item; empty if there are no labels.
  public let losses: [Double]
  /// Each item's position in its source.
  public let itemIndices: [Int]

  /// The most probable class of each item; the first of equals.
  public var classes: [Int] {
    outputs.map { row in
      row.indices.dropFirst().reduce(0) { row[$1] > row[$0] ? $1 : $0 }
    }
  }

  /// Number of items.
  public var count: Int { outputs.count }

  /// Number of outputs per item.
  public var classCount: Int { outputs.first?.count ?? 0 }

  /// The mean of `losses`; nil without labels.
  public var meanLoss: Double? {
    losses.isEmpty ? nil : losses.reduce(0, +) / Double(losses.count)
  }

  /// Makes predictions from their parts.
  ///
  /// - Precondition: rows and, where given, targets and losses have one entry per item.
  public init(
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

/// Adds up predictions batch by batch.
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
    targets += batch.targets?.scalars(as: Int64.self).map(Int.init) ?? []
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
      targets: targets, losses: losses, itemIndices: indices)
  }
}

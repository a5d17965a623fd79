import Console
import DataBlocks
import Foundation
import Tensors

/// Records losses and learning rates and prints the table of epochs (fastai's `Recorder`).
public final class Recorder: ResumableCallback {
  /// Runs after the callbacks that change a batch and before those that read its records.
  public let order = 50

  /// One row of the table.
  public struct Row: Sendable {
    /// The epoch, from 0.
    public let epoch: Int
    /// Smoothed training loss at the end of the epoch.
    public let trainLoss: Double
    /// Mean loss over the validation items; nil without validation.
    public let validLoss: Double?
    /// The learner's metrics in their order; empty without validation.
    public let metrics: [(name: String, value: Double)]
    /// Duration of the epoch including validation, in seconds.
    public let seconds: Double

    package init(
      epoch: Int, trainLoss: Double, validLoss: Double?, metrics: [(name: String, value: Double)],
      seconds: Double
    ) {
      self.epoch = epoch
      self.trainLoss = trainLoss
      self.validLoss = validLoss
      self.metrics = metrics
      self.seconds = seconds
    }

    /// The value of a column: "train_loss", "valid_loss" or the name of a metric; nil if there is none.
    public func value(of name: String) -> Double? {
      switch name {
      case "train_loss": trainLoss
      case "valid_loss": validLoss
      default: metrics.first { $0.name == name }?.value
      }
    }
  }

  /// The rows of all fits (`values`).
  public private(set) var rows: [Row] = []
  /// Smoothed loss after each training batch of this fit.
  public private(set) var losses: [Double] = []
  /// Learning rate of the last group for each training batch of this fit (`lrs`).
  public private(set) var learningRates: [Double] = []
  /// Whether the table is printed, row by row.
  public var printsTable = true
  /// Number of training items so far in the current epoch.
  public private(set) var trainedItems = 0

  private var average = 0.0
  private var count = 0
  private var started = ContinuousClock.now
  /// Seconds of the current epoch in an earlier process.
  private var earlierSeconds = 0.0
  private var collector = PredictionCollector()
  private var validLoss: (sum: Double, items: Int) = (0, 0)

  /// Bias-corrected exponential average of the training loss with β 0.98 (`smooth_loss`).
  public var smoothedLoss: Double {
    count == 0 ? 0 : average / (1 - pow(0.98, Double(count)))
  }

  /// Starts a new smoothed loss and prints the header of the table.
  public func beforeFit(_ learner: Learner) throws {
    (average, count) = (0, 0)
    losses = []
    learningRates = []
    if printsTable, learner.epochCount > 0 { learner.report(TextTable(columns(learner)).header) }
  }

  /// Starts the clock of the epoch.
  public func beforeEpoch(_ learner: Learner) throws {
    started = ContinuousClock.now
    earlierSeconds = 0
    trainedItems = 0
  }

  /// Starts the collection of validation outputs.
  public func beforeValidate(_ learner: Learner) throws {
    collector = PredictionCollector()
    validLoss = (0, 0)
  }

  /// Records a batch.
  public func afterBatch(_ learner: Learner) throws {
    guard let batch = learner.batch else { return }
    if learner.isTraining {
      guard batch.targets != nil, !learner.isBatchDiscarded else { return }
      average = 0.98 * average + 0.02 * learner.loss
      count += 1
      losses.append(smoothedLoss)
      trainedItems += batch.count
      learningRates.append(learner.optimizer.hyperparameters.last?.learningRate ?? 0)
    } else if let prediction = learner.prediction, batch.targets != nil {
      collector.add(prediction, batch, losses: nil)
      validLoss.sum += learner.loss * Double(batch.count)
      validLoss.items += batch.count
    }
  }

  /// Computes the metrics, adds a row and prints it.
  public func afterEpoch(_ learner: Learner) throws {
    let validated = learner.valid != nil && validLoss.items > 0
    let predictions = collector.predictions(learner.lossFunction)
    collector = PredictionCollector()
    let row = Row(
      epoch: learner.epoch, trainLoss: smoothedLoss,
      validLoss: validated ? validLoss.sum / Double(validLoss.items) : nil,
      metrics: validated ? learner.metrics.map { ($0.name, $0.value(predictions)) } : [],
      seconds: seconds)
    validLoss = (0, 0)
    rows.append(row)
    if printsTable { learner.report(line(row, learner)) }
  }

  /// Seconds of the current epoch.
  private var seconds: Double { earlierSeconds + (ContinuousClock.now - started) / .seconds(1) }

  // MARK: The table in fastai's format

  private func columns(_ learner: Learner) -> [TextColumn] {
    let titles =
      ["epoch", "train_loss"]
      + (learner.valid == nil ? [] : ["valid_loss"] + learner.metrics.map(\.name))
      + ["time"]
    return titles.map { TextColumn($0, minimumWidth: 8) }
  }

  private func line(_ row: Row, _ learner: Learner) -> String {
    var cells = ["\(row.epoch)", NumberFormat.fixed(row.trainLoss, 6)]
    if learner.valid != nil {
      cells.append(row.validLoss.map { NumberFormat.fixed($0, 6) } ?? "")
      cells += row.metrics.map { NumberFormat.fixed($0.value, 6) }
    }
    cells.append(NumberFormat.clock(row.seconds))
    let columns = columns(learner)
    // An epoch that was canceled before validation has no metrics.
    cells += [String](repeating: "", count: columns.count - cells.count)
    // As the only row of a table, a long number widens its column instead of being truncated.
    return TextTable(columns, rows: [cells]).body
  }
}

// MARK: The state of a training that continues

extension Recorder {
  private struct Values: Codable {
    let rows: [RowValues]
    let average: Double
    let count: Int
    let trainedItems: Int
    let seconds: Double
  }

  private struct RowValues: Codable {
    let epoch: Int
    let trainLoss: Double
    let validLoss: Double?
    let names: [String]
    let values: [Double]
    let seconds: Double
  }

  /// The rows, the losses and the smoothed loss.
  public func state() throws -> CallbackState {
    let rows = rows.map {
      RowValues(
        epoch: $0.epoch, trainLoss: $0.trainLoss, validLoss: $0.validLoss,
        names: $0.metrics.map(\.name), values: $0.metrics.map(\.value), seconds: $0.seconds)
    }
    return try CallbackState(
      Values(
        rows: rows, average: average, count: count, trainedItems: trainedItems, seconds: seconds),
      tensors: losses.isEmpty
        ? [:] : ["losses": bits(losses), "learningRates": bits(learningRates)])
  }

  /// Restores a state.
  ///
  /// - Throws: `DecodingError`.
  public func restore(_ state: CallbackState) throws {
    let saved = try state.values(as: Values.self)
    rows = saved.rows.map {
      Row(
        epoch: $0.epoch, trainLoss: $0.trainLoss, validLoss: $0.validLoss,
        metrics: Array(zip($0.names, $0.values).map { (name: $0, value: $1) }),
        seconds: $0.seconds)
    }
    (average, count) = (saved.average, saved.count)
    trainedItems = saved.trainedItems
    earlierSeconds = saved.seconds
    losses = numbers(state.tensors["losses"])
    learningRates = numbers(state.tensors["learningRates"])
  }

  /// Doubles as the integers of their bits: a float tensor would round them.
  private func bits(_ numbers: [Double]) -> Tensor {
    Tensor(numbers.map { Int64(bitPattern: $0.bitPattern) })
  }

  private func numbers(_ tensor: Tensor?) -> [Double] {
    guard let tensor, tensor.dtype == .int64 else { return [] }
    return tensor.scalars(as: Int64.self).map { Double(bitPattern: UInt64(bitPattern: $0)) }
  }
}

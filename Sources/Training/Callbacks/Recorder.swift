import DataBlocks

/// Keeps losses, rates and the table of epochs.
public final class Recorder: Callback {
  /// 50.
  public let order = 50

  /// One line of the table.
  public struct Row: Sendable, Equatable {
    /// The epoch, from 0.
    public let epoch: Int
    /// Smoothed training loss at the epoch's end.
    public let trainLoss: Double
    /// Mean loss over validation items; nil without validation.
    public let validLoss: Double?
    /// The learner's metrics, in their order; empty without validation.
    public let metrics: [(name: String, value: Double)]
    /// Seconds, validation included.
    public let seconds: Double

    /// The value that a tracker monitors: "train_loss", "valid_loss" or a metric's name.
    public func value(of name: String) -> Double? {
      switch name {
      case "train_loss": trainLoss
      case "valid_loss": validLoss
      default: metrics.first { $0.name == name }?.value
      }
    }

    /// Equal if everything but the seconds is.
    public static func == (a: Row, b: Row) -> Bool {
      a.epoch == b.epoch && a.trainLoss == b.trainLoss && a.validLoss == b.validLoss
        && a.metrics.map(\.name) == b.metrics.map(\.name)
        && a.metrics.map(\.value) == b.metrics.map(\.value)
    }
  }

  /// Finished epochs of all fits.
  public private(set) var rows: [Row] = []
  /// Smoothed loss after each training batch of this fit.
  public private(set) var losses: [Double] = []
  /// Rate of the last group at each training batch of this fit.
  public private(set) var learningRates: [Double] = []
  /// Print the table as it grows.
  public var printsTable = true
  /// Items that went through training in the epoch at hand.
  public private(set) var trainedItems = 0

  private var average = 0.0
  private var count = 0
  private var started = ContinuousClock.now
  private var collector = PredictionCollector()
  private var validLoss: (sum: Double, items: Int) = (0, 0)

  /// The exponential average of the training loss, corrected for its start: β 0.98, as fastai's.
  public var smoothedLoss: Double {
    count == 0 ? 0 : average / (1 - power(0.98, Double(count)))
  }

  /// State that a resumed run needs.
  package var smoothing: (average: Double, count: Int) {
    get { (average, count) }
    set { (average, count) = newValue }
  }
  /// Set before a resumed fit, so that the smoothed loss goes on.
  package var keepsSmoothing = false

  /// Follows the loop.
  public func handle(_ event: Event, _ learner: Learner) throws {
    switch event {
    case .beforeFit:
      if !keepsSmoothing { (average, count) = (0, 0) }
      keepsSmoothing = false
      losses = []
      learningRates = []
      if printsTable, learner.isFitting, learner.epochCount > 0 { learner.report(header(learner)) }
    case .beforeEpoch:
      started = ContinuousClock.now
      trainedItems = 0
    case .beforeValidate:
      collector = PredictionCollector()
      validLoss = (0, 0)
    case .afterBatch:
      try afterBatch(learner)
    case .afterEpoch:
      guard learner.isFitting else { return }
      finishEpoch(learner)
    default: break
    }
  }

  private func afterBatch(_ learner: Learner) throws {
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

  private func finishEpoch(_ learner: Learner) {
    let validated = learner.valid != nil && validLoss.items > 0
    let predictions = collector.predictions(activation: learner.lossFunction.activation)
    collector = PredictionCollector()
    let row = Row(
      epoch: learner.epoch, trainLoss: smoothedLoss,
      validLoss: validated ? validLoss.sum / Double(validLoss.items) : nil,
      metrics: validated ? learner.metrics.map { ($0.name, $0.value(predictions)) } : [],
      seconds: (ContinuousClock.now - started).inSeconds)
    validLoss = (0, 0)
    rows.append(row)
    if printsTable { learner.report(line(row, learner)) }
  }

  // MARK: The table, as fastai prints it

  private func titles(_ learner: Learner) -> [String] {
    ["epoch", "train_loss"]
      + (learner.valid == nil ? [] : ["valid_loss"] + learner.metrics.map(\.name))
      + ["time"]
  }

  private func header(_ learner: Learner) -> String {
    titles(learner).map { padded($0, max($0.count, 8)) }.joined(separator: "  ").trimmedEnd
  }

  private func line(_ row: Row, _ learner: Learner) -> String {
    var cells = ["\(row.epoch)", sixDigits(row.trainLoss)]
    if learner.valid != nil {
      cells.append(row.validLoss.map(sixDigits) ?? "")
      cells += row.metrics.map { sixDigits($0.value) }
    }
    cells.append(clock(row.seconds))
    return zip(cells, titles(learner)).map { padded($0, max($1.count, 8)) }
      .joined(separator: "  ").trimmedEnd
  }
}

func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}

/// `mm:ss`, or `h:mm:ss` from an hour on.
func clock(_ seconds: Double) -> String {
  let whole = Int(seconds.rounded())
  func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
  let (h, m, s) = (whole / 3600, whole / 60 % 60, whole % 60)
  return h > 0 ? "\(h):\(two(m)):\(two(s))" : "\(two(m)):\(two(s))"
}

extension Duration {
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

extension String {
  fileprivate var trimmedEnd: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}

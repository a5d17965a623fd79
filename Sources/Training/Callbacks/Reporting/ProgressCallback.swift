import Console
import DataBlocks
import Foundation

/// How the progress of training is shown.
public enum ProgressStyle: String, Sendable, CaseIterable, Codable {
  /// One line that is updated in place on a terminal, else plain lines.
  case auto
  /// Lines at intervals.
  case plain
  /// One JSON object per line at intervals, for programs.
  case json
  /// Nothing.
  case off
}

/// Shows progress on the standard error (fastai's `ProgressCallback`).
///
/// The rate and the time left are those of this process, also after a resume.
public final class ProgressCallback: Callback {
  /// Runs after the recorder.
  public let order = 60
  private let style: ProgressStyle
  private let line: ProgressLine
  private var time = TimeLeft()
  private var items = 0
  private var lastBatch = ContinuousClock.now

  /// Creates the callback.
  ///
  /// - Parameters:
  ///   - style: How progress is shown.
  ///   - interval: Minimum number of seconds between two lines when the output is not updated in place.
  public convenience init(_ style: ProgressStyle = .auto, interval: Double = 10) {
    self.init(style, interval: interval, isTerminal: nil, write: nil)
  }

  /// Creates the callback for a given output.
  ///
  /// - Parameters:
  ///   - style: How progress is shown.
  ///   - interval: Minimum number of seconds between two lines when the output is not updated in place.
  ///   - isTerminal: Whether the output is a terminal; nil: whether the standard error is one.
  ///   - write: Receives the output; nil: writes to the standard error.
  package init(
    _ style: ProgressStyle = .auto, interval: Double, isTerminal: Bool?,
    write: (@Sendable (String) -> Void)?
  ) {
    self.style = style
    line = ProgressLine(
      pipeInterval: style == .off ? nil : .seconds(interval),
      isTerminal: style == .auto ? isTerminal : false, write: write)
  }

  /// Starts the clock.
  public func beforeFit(_ learner: Learner) throws {
    line.restart()
    (time, items, lastBatch) = (TimeLeft(), 0, .now)
  }

  /// Starts the clock of the training batches.
  public func beforeTrain(_ learner: Learner) throws { lastBatch = .now }

  /// Starts the clock of the validation batches.
  public func beforeValidate(_ learner: Learner) throws { lastBatch = .now }

  /// Updates the line.
  public func afterBatch(_ learner: Learner) throws {
    let now = ContinuousClock.now
    let seconds = (now - lastBatch) / .seconds(1)
    lastBatch = now
    if learner.isTraining {
      time.train.add(seconds)
      items += learner.batch?.count ?? 0
    } else {
      time.valid.add(seconds)
    }
    line.show(text(learner))
  }

  /// Clears the line.
  public func afterEpoch(_ learner: Learner) throws { line.clear() }

  /// Clears the line.
  public func afterFit(_ learner: Learner) throws { line.clear() }

  /// The seconds until the end of this fit and of those that follow it.
  private func left(_ learner: Learner) -> Double? {
    let (train, valid) = (learner.train.batchCount, learner.valid?.batchCount ?? 0)
    let epochs = learner.epochCount - learner.epoch - 1 + learner.followingEpochs
    let done = learner.batchIndex + 1
    return time.seconds(
      trainBatches: epochs * train + (learner.isTraining ? train - done : 0),
      validBatches: epochs * valid + (learner.isTraining ? valid : valid - done))
  }

  private func text(_ learner: Learner) -> String {
    let rate = Double(items) / max(time.train.seconds, 1e-9)
    let loss = learner.recorder.smoothedLoss
    let learningRate = learner.optimizer.hyperparameters.last?.learningRate ?? 0
    if style == .json {
      return json(
        learner, loss: loss, learningRate: learningRate, rate: rate, left: left(learner))
    }
    return "epoch \(learner.epoch)/\(learner.epochCount) "
      + "\(learner.isTraining ? "train" : "valid") \(learner.batchIndex + 1)/\(learner.batchCount)"
      + "  loss \(NumberFormat.fixed(loss, 4))  lr \(NumberFormat.significant(learningRate, 3))"
      + "  \(NumberFormat.fixed(rate, 1)) images/s"
      + "  left \(left(learner).map { NumberFormat.clock($0) } ?? "unknown")"
  }

  private struct Line: Encodable {
    let part: String
    let epoch, epochs, batch, batches, step: Int
    let loss, lr, imagesPerSecond, secondsLeft: Double?
  }

  private func json(
    _ learner: Learner, loss: Double, learningRate: Double, rate: Double, left: Double?
  ) -> String {
    func finite(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }
    let line = Line(
      part: learner.isTraining ? "train" : "valid", epoch: learner.epoch,
      epochs: learner.epochCount, batch: learner.batchIndex + 1, batches: learner.batchCount,
      step: learner.totalSteps + (learner.isTraining ? 1 : 0), loss: finite(loss),
      lr: finite(learningRate), imagesPerSecond: finite(rate), secondsLeft: finite(left))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return (try? encoder.encode(line)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}

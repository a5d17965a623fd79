import Console
import DataBlocks

/// Shows progress on the standard error (fastai's `ProgressCallback`).
///
/// On a terminal one line is updated in place; otherwise a line is written at intervals.
public final class ProgressCallback: Callback {
  /// Runs after the recorder.
  public let order = 60
  private let line: ProgressLine
  private var fitStarted = ContinuousClock.now
  private var steps = 0
  private var items = 0

  /// Creates the callback.
  ///
  /// - Parameter interval: Minimum number of seconds between two lines when the output is not a terminal.
  public convenience init(interval: Double = 30) {
    self.init(interval: interval, isTerminal: nil, write: nil)
  }

  /// Creates the callback for a given output.
  ///
  /// - Parameters:
  ///   - interval: Minimum number of seconds between two lines when the output is not a terminal.
  ///   - isTerminal: Whether the output is a terminal; nil: whether the standard error is one.
  ///   - write: Receives the output; nil: writes to the standard error.
  package init(interval: Double, isTerminal: Bool?, write: (@Sendable (String) -> Void)?) {
    line = ProgressLine(pipeInterval: .seconds(interval), isTerminal: isTerminal, write: write)
  }

  /// Starts the clock.
  public func beforeFit(_ learner: Learner) throws {
    fitStarted = .now
    line.restart()
    (steps, items) = (0, 0)
  }

  /// Updates the line.
  public func afterBatch(_ learner: Learner) throws {
    if learner.isTraining {
      steps += 1
      items += learner.batch?.count ?? 0
    }
    line.show(text(learner))
  }

  /// Clears the line.
  public func afterEpoch(_ learner: Learner) throws { line.clear() }

  /// Clears the line.
  public func afterFit(_ learner: Learner) throws { line.clear() }

  private func text(_ learner: Learner) -> String {
    let seconds = (ContinuousClock.now - fitStarted) / .seconds(1)
    // Count only the steps of this process; otherwise the estimate of a resumed run is too short.
    let left = Double(learner.epochCount * learner.train.batchCount - learner.iteration - 1)
    let eta = steps < 2 ? "unknown" : NumberFormat.clock(max(left, 0) * seconds / Double(steps))
    return "epoch \(learner.epoch)/\(learner.epochCount) "
      + "\(learner.isTraining ? "train" : "valid") \(learner.batchIndex + 1)/\(learner.batchCount)"
      + "  loss \(NumberFormat.fixed(learner.recorder.smoothedLoss, 4))"
      + "  \(NumberFormat.fixed(Double(items) / max(seconds, 1e-9), 1)) images/s  left \(eta)"
  }
}

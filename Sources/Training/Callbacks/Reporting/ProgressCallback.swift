import DataBlocks
import Foundation

/// Shows progress on the standard error (fastai's `ProgressCallback`).
///
/// On a terminal one line is updated in place; otherwise a line is written at intervals.
public final class ProgressCallback: Callback {
  /// Runs after the recorder.
  public let order = 60
  private let isTerminal: Bool
  private let interval: Double
  private let write: (String) -> Void
  private var fitStarted = ContinuousClock.now
  private var lastShown = ContinuousClock.now
  private var steps = 0
  private var items = 0

  /// Creates the callback.
  ///
  /// - Parameters:
  ///   - interval: Minimum number of seconds between two lines when the output is not a terminal.
  ///   - isTerminal: Whether the output is a terminal. Default: whether the standard error is one.
  ///   - write: Receives the output. Default: writes to the standard error.
  public init(interval: Double = 30, isTerminal: Bool? = nil, write: ((String) -> Void)? = nil) {
    self.interval = interval
    self.isTerminal = isTerminal ?? (isatty(2) != 0)
    self.write = write ?? { try? FileHandle.standardError.write(contentsOf: Data($0.utf8)) }
  }

  /// Starts the clock.
  public func beforeFit(_ learner: Learner) throws {
    fitStarted = .now
    lastShown = .now
    (steps, items) = (0, 0)
  }

  /// Updates the line.
  public func afterBatch(_ learner: Learner) throws {
    if learner.isTraining {
      steps += 1
      items += learner.batch?.count ?? 0
    }
    show(learner)
  }

  /// Clears the line.
  public func afterEpoch(_ learner: Learner) throws { clear() }

  /// Clears the line.
  public func afterFit(_ learner: Learner) throws { clear() }

  private func clear() {
    if isTerminal { write("\r\u{1B}[K") }
  }

  private func show(_ learner: Learner) {
    let now = ContinuousClock.now
    let wait = isTerminal ? 0.1 : interval
    guard (now - lastShown).inSeconds >= wait else { return }
    lastShown = now
    let seconds = (now - fitStarted).inSeconds
    // Only steps of this process count, so that the estimate of a resumed run is not too short.
    let left = Double(learner.epochCount * learner.train.batchCount - learner.iteration - 1)
    let eta = steps < 2 ? "unknown" : clock(max(left, 0) * seconds / Double(steps))
    let text =
      "epoch \(learner.epoch)/\(learner.epochCount) "
      + "\(learner.isTraining ? "train" : "valid") \(learner.batchIndex + 1)/\(learner.batchCount)"
      + "  loss \(String(format: "%.4f", learner.recorder.smoothedLoss))"
      + "  \(String(format: "%.1f", Double(items) / max(seconds, 1e-9))) images/s  left \(eta)"
    write(isTerminal ? "\r\u{1B}[K" + text : text + "\n")
  }
}

import DataBlocks
import Foundation

/// Shows how far training is: one live line on a terminal, a plain line now and then in a pipe.
public final class ProgressCallback: Callback {
  /// 60.
  public let order = 60
  private let isTerminal: Bool
  private let interval: Double
  private let write: (String) -> Void
  private var fitStarted = ContinuousClock.now
  private var lastShown = ContinuousClock.now
  private var steps = 0
  private var items = 0

  /// Makes the callback.
  ///
  /// - Parameters:
  ///   - interval: Least seconds between two plain lines in a pipe.
  ///   - isTerminal: Whether the standard error is one; found out if nil.
  ///   - write: Where text goes; standard error if nil.
  public init(interval: Double = 30, isTerminal: Bool? = nil, write: ((String) -> Void)? = nil) {
    self.interval = interval
    self.isTerminal = isTerminal ?? (isatty(2) != 0)
    self.write = write ?? { try? FileHandle.standardError.write(contentsOf: Data($0.utf8)) }
  }

  /// Follows the loop.
  public func handle(_ event: Event, _ learner: Learner) throws {
    switch event {
    case .beforeFit:
      fitStarted = .now
      lastShown = .now
      (steps, items) = (0, 0)
    case .afterBatch:
      if learner.isTraining {
        steps += 1
        items += learner.batch?.count ?? 0
      }
      show(learner)
    case .afterEpoch, .afterFit:
      if isTerminal { write("\r\u{1B}[K") }
    default: break
    }
  }

  private func show(_ learner: Learner) {
    let now = ContinuousClock.now
    let wait = isTerminal ? 0.1 : interval
    guard (now - lastShown).inSeconds >= wait else { return }
    lastShown = now
    let seconds = (now - fitStarted).inSeconds
    // The rate is of this process alone, so that a resumed run does not promise too much.
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

import Files
import Foundation
import Synchronization
import Training

/// Writes states on a thread of its own, one at a time, while training goes on.
final class StateWriter: @unchecked Sendable {
  // @unchecked: `isBusy` and `result` are accessed with `condition` locked only.
  private let condition = NSCondition()
  private var isBusy = false
  private var failure: (any Error)?
  private var lastSeconds = 0.0

  /// Starts to write; the caller has checked that no other write is in progress.
  func write(_ state: TrainingState, metadata: [String: String], to path: String) {
    condition.lock()
    isBusy = true
    condition.unlock()
    let started = startThread("checkpoint", stackSize: 4 << 20) { [self] in
      finish(state, metadata, path)
    }
    if !started { finish(state, metadata, path) }
  }

  private func finish(_ state: TrainingState, _ metadata: [String: String], _ path: String) {
    let begin = ContinuousClock.now
    var failure: (any Error)?
    do {
      try TrainingStateFile.write(state, metadata: metadata, to: path)
    } catch { failure = error }
    condition.lock()
    self.failure = failure
    lastSeconds = (ContinuousClock.now - begin) / .seconds(1)
    isBusy = false
    condition.broadcast()
    condition.unlock()
  }

  /// Whether a write is in progress.
  ///
  /// - Throws: The error of the last write.
  func isWriting() throws -> Bool {
    condition.lock()
    defer { condition.unlock() }
    if let failure, !isBusy {
      self.failure = nil
      throw failure
    }
    return isBusy
  }

  /// Waits for the write in progress.
  ///
  /// - Returns: The seconds of the last write.
  /// - Throws: Its error.
  @discardableResult
  func wait() throws -> Double {
    condition.lock()
    defer { condition.unlock() }
    while isBusy { condition.wait() }
    if let failure {
      self.failure = nil
      throw failure
    }
    return lastSeconds
  }

  /// The seconds of the last write.
  var seconds: Double {
    condition.lock()
    defer { condition.unlock() }
    return lastSeconds
  }
}

import Foundation
import Logbook
import Training

/// Keeps `figures/curves.png` and `.svg` of a run up to date, which `lightbox runs plot` draws too.
///
/// A figure is drawn after an epoch, but not so often that it costs more than a hundredth of the time, and at the end.
final class RunCurves: Callback {
  /// Runs after the epoch was recorded.
  let order = 63
  let runsInLRFind = false
  private let folder: RunFolder
  private let log: RunLog
  private let monitor: String
  private let report: (String) -> Void
  private var lastEnd = ContinuousClock.now
  /// Seconds of the last drawing, at first an estimate.
  private var cost = 0.05
  private var isDrawn = true
  private var hasFailed = false

  private static let shortestInterval = 5.0
  private static let share = 0.01

  init(_ folder: RunFolder, _ log: RunLog, monitor: String, report: @escaping (String) -> Void) {
    self.folder = folder
    self.log = log
    self.monitor = monitor
    self.report = report
  }

  func afterEpoch(_ learner: Learner) throws {
    isDrawn = false
    let elapsed = (ContinuousClock.now - lastEnd) / .seconds(1)
    if elapsed > max(Self.shortestInterval, cost / Self.share) { draw() }
  }

  /// Draws the last epochs if they were not drawn.
  func finish() { if !isDrawn { draw() } }

  private func draw() {
    let started = ContinuousClock.now
    do {
      let curves = LearningCurves(
        path: folder.path, epochs: try log.epochs(), monitor: monitor)
      for name in ["curves.png", "curves.svg"] {
        try curves.write(to: "\(folder.path)/figures/\(name)")
      }
    } catch {
      // Training is worth more than its picture.
      if !hasFailed {
        try? log.event("figure", "\(error)")
        report("\(error)")
      }
      hasFailed = true
    }
    isDrawn = true
    lastEnd = .now
    cost = (lastEnd - started) / .seconds(1)
  }
}

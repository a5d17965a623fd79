import Files
import Foundation
package import Logbook
import Training

/// The trials of a sweep with what is known of their runs.
package struct SweepStatus: Sendable {
  /// What became of a trial.
  package enum State: String, Sendable, Encodable, CaseIterable {
    /// Finished.
    case done
    /// A process runs it.
    case running
    /// It was interrupted or killed, and continues with the next call.
    case interrupted
    /// It failed.
    case failed
    /// It has not begun.
    case waiting
  }

  /// A trial and its run.
  package struct Entry: Sendable {
    /// The trial.
    package let trial: SweepPlan.Trial
    /// The state.
    package let state: State
    /// The run; nil if it has not begun, or failed before its first epoch.
    package let run: RunSummary.Listed?
    /// Why it failed; nil if it did not.
    package let reason: String?

    /// A loss or metric of the best epoch of a finished run, which is that of the best checkpoint; nil if it has none.
    package func value(_ name: String) -> Double? {
      state == .done ? run?.bestEpoch?.value(of: name) : nil
    }
  }

  /// The sweep.
  package let sweep: Sweep
  /// All trials, in their order.
  package let entries: [Entry]

  /// Reads the runs of a sweep, also while others write.
  package init(_ sweep: Sweep) {
    self.sweep = sweep
    let threads = min(ProcessInfo.processInfo.activeProcessorCount, 8)
    entries = concurrentMap(Array(0..<sweep.plan.count), threads: threads) { index in
      let trial = sweep.plan.trial(index)
      let folder = sweep.folder(index)
      let failure = (try? readFile(sweep.failurePath(index), limit: 1 << 20)).map {
        String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
      }
      let found = RunFolder.state(folder)
      guard found != .missing else {
        return Entry(
          trial: trial, state: failure == nil ? .waiting : .failed, run: nil, reason: failure)
      }
      guard found == .run else {
        return Entry(
          trial: trial, state: found == .beginning ? .running : .interrupted, run: nil,
          reason: nil)
      }
      let run = RunSummary.Listed(name: sweep.plan.folder(index), path: folder)
      let state: State =
        switch run.status {
        case "finished" where failure != nil: .failed
        // The process was killed before it predicted the fold, or does so now.
        case "finished" where trial.fold != nil && !FoldPredictions.exist(inRun: folder):
          .interrupted
        case "finished": .done
        case "running": .running
        case "interrupted", "died": .interrupted
        default: .failed
        }
      return Entry(
        trial: trial, state: state, run: run,
        reason: state == .failed
          ? failure ?? run.summary?.reason ?? run.error.map { "\($0)" } : nil)
    }
  }

  /// The number of trials in a state.
  package func count(_ state: State) -> Int { entries.count { $0.state == state } }

  /// The names of the losses and metrics of the finished trials, losses first.
  package var valueNames: [String] {
    RunList(entries.compactMap { $0.state == .done ? $0.run : nil }).valueNames
  }

  /// The value that the trials monitor; nil if they monitor different ones.
  package var monitor: String? {
    let names = Set(entries.compactMap { $0.run?.summary?.monitor })
    return names.count == 1 ? names.first : nil
  }
}

extension RunFolder {
  /// What is in the folder of a trial.
  enum Content {
    /// Nothing.
    case missing
    /// A process that has not written `run.json` yet.
    case beginning
    /// What a process left that was killed before it wrote `run.json`.
    case left
    /// A run.
    case run
  }

  static func state(_ path: String) -> Content {
    if hasSettings(path) { return .run }
    switch FolderLock.state(of: "\(path)/\(lockFile)") {
    case .held: return FileName.isFolder(path) ? .beginning : .missing
    case .left: return .left
    case .free: return .missing
    }
  }

  private static let lockFile = "run.lock"
}

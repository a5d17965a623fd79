import Foundation
import Logbook
import Training

/// Records the files that a run has written: its checkpoints, figures and tables of epochs.
///
/// A file is recorded when it is first found, after the epoch in which it was written.
final class RunArtifacts: Callback {
  /// Runs after the figures of the epoch were drawn.
  let order = 64
  let runsInLRFind = false
  private let folder: RunFolder
  private let log: RunLog
  private var known: Set<String> = []

  init(_ folder: RunFolder, _ log: RunLog) {
    self.folder = folder
    self.log = log
  }

  func afterEpoch(_ learner: Learner) throws { try record() }

  /// Records the files that were not recorded.
  func record() throws {
    try record("checkpoint", in: "checkpoints/") { $0.hasSuffix(".safetensors") }
    try record("figure", in: "figures/") { $0.hasSuffix(".png") || $0.hasSuffix(".svg") }
    try record("table", in: "") { $0.hasSuffix(".csv") && $0 != "split.csv" }
  }

  private func record(_ kind: String, in part: String, where isOne: (String) -> Bool) throws {
    let names = try? FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/\(part)")
    for name in (names ?? []).sorted() where isOne(name) && !name.hasPrefix(".") {
      guard known.insert(part + name).inserted else { continue }
      try log.artifact(kind, path: part + name)
    }
  }
}

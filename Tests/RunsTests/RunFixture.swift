import Foundation
import Logbook
import Training

/// A folder of runs whose results are given, not trained.
final class RunFixture {
  let work: Workspace
  private let settings: String

  init() throws {
    work = try Workspace()
    try work.plan(try work.table()).quietRun(in: work.file("made"))
    settings = try work.text("made/run.json")
    try FileManager.default.removeItem(atPath: work.file("made"))
  }

  /// Writes a run and returns its path; a validation loss of NaN is missing.
  @discardableResult
  func write(
    _ name: String, seed: Int = 42, validLoss: [Double], auc: [Double] = [],
    status: String = "finished"
  ) throws -> String {
    let path = work.file(name)
    let folder = try RunFolder(creating: path)
    try work.write(
      settings.replacing("\"seed\" : 42", with: "\"seed\" : \(seed)"), to: name + "/run.json")
    let log = try RunLog(writing: folder.databasePath)
    try log.begin(command: "train", version: "1")
    for (epoch, loss) in validLoss.enumerated() {
      let metrics = auc.indices.contains(epoch) ? [(name: "roc_auc_score", value: auc[epoch])] : []
      let steps = (0..<2).map {
        RunLog.Step(step: 2 * epoch + $0, loss: Double(9 - $0), learningRate: 0.01)
      }
      try log.record(
        Recorder.Row(
          epoch: epoch, trainLoss: loss / 2, validLoss: loss, metrics: metrics, seconds: 1),
        epoch: epoch, steps: steps, learningRate: 0.01, items: 8, peakMemory: 1)
    }
    if status != "running" { try log.end(status: status) }
    return path
  }
}

import ArgumentParser
import Console
import Lightbox

struct SweepStatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Count the trials that are done, run, failed or wait.",
    discussion: """
      Interrupted and killed trials continue with "sweep run" or "sweep trial". "lightbox runs list SWEEP" lists the runs.
      """)

  @Argument(help: "The folder of the sweep.")
  var sweep: String

  @Flag(help: "Print JSON.")
  var json = false

  private struct Shown: Encodable {
    let path: String
    let trials: Int
    let settings: Int
    let seeds: Int
    let folds: Int?
    let states: [String: Int]
    let best: BestTrial?
    let failures: [Failure]
    let entries: [Entry]
  }

  private struct Failure: Encodable {
    let index: Int
    let run: String
    let reason: String?
  }

  private struct Entry: Encodable {
    let index: Int
    let run: String
    let state: SweepStatus.State
    let values: [String: String]
  }

  func run() throws {
    let status = SweepStatus(try Sweep(sweep))
    let plan = status.sweep.plan
    let best =
      status.count(.done) > 0
      ? (try? SweepSummary(status, pools: false).best(by: nil, of: status)).map {
        BestTrial($0, status)
      } : nil
    let failed = status.entries.filter { $0.state == .failed }
    if json {
      return try printJSON(
        Shown(
          path: status.sweep.path, trials: plan.count, settings: plan.settingCount,
          seeds: plan.seedCount, folds: plan.foldCount,
          states: Dictionary(
            SweepStatus.State.allCases.map { ($0.rawValue, status.count($0)) },
            uniquingKeysWith: { a, _ in a }), best: best,
          failures: failed.map {
            Failure(
              index: $0.trial.index, run: status.sweep.folder($0.trial.index), reason: $0.reason)
          },
          entries: status.entries.map { entry in
            Entry(
              index: entry.trial.index, run: plan.folder(entry.trial.index), state: entry.state,
              values: Dictionary(
                plan.values(entry.trial).map { ($0.key, $0.value) }, uniquingKeysWith: { a, _ in a }
              ))
          }))
    }
    print(plan.words)
    print(
      SweepStatus.State.allCases.map { "\($0.rawValue) \(status.count($0))" }.joined(
        separator: ", "))
    if let best {
      for line in wrapped("best so far: \(best.words)") { print(line) }
    }
    for entry in failed {
      let text = "failed: \(plan.folder(entry.trial.index)): \(entry.reason ?? "unknown")"
      for line in wrapped(text.printable) { print(line) }
    }
  }
}

/// The best trial of a sweep.
struct BestTrial: Encodable {
  let path: String
  let index: Int
  let by: String
  let value: Double
  let epoch: Int?
  let setting: Int
  let values: [String: String]
  let mean: SweepSummary.Mean

  init(_ best: SweepSummary.Best, _ status: SweepStatus) {
    path = status.sweep.folder(best.entry.trial.index)
    index = best.entry.trial.index
    by = best.name
    value = best.value
    epoch = best.entry.run?.bestEpoch?.epoch
    setting = best.row.setting
    values = Dictionary(
      status.sweep.plan.values(best.entry.trial).map { ($0.key, $0.value) },
      uniquingKeysWith: { a, _ in a })
    mean = best.mean
  }

  /// "trial-003, valid_loss 0.1234 (mean of 3 trials 0.1301): optimizer.lr = 0.001, run.seed = 2".
  var words: String {
    let name = path.split(separator: "/").last ?? ""
    let settings = values.sorted { $0.key < $1.key }.map { "\($0) = \($1)" }
    return
      ("\(name), \(by) \(NumberFormat.fixed(value, 4))"
      + (mean.count > 1
        ? " (mean of \(mean.count) trials \(NumberFormat.measured(mean.estimate.value)))" : "")
      + (settings.isEmpty ? "" : ": " + settings.joined(separator: ", "))).printable
  }
}

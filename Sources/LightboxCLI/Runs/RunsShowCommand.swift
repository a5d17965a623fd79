import ArgumentParser
import Console
import Foundation
import Lightbox

struct RunsShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the settings, processes, epochs and evaluations of a run.",
    discussion: """
      A process is one call of "lightbox train"; a run that was resumed has several. Times are UTC. The best \
      epoch by the monitored value has a "*".
      """)

  @Argument(help: ArgumentHelp("The run's name in the folder, or its path.", valueName: "run"))
  var name: String

  @Argument(help: "The folder of the runs.")
  var folder = "."

  @Flag(help: "Print JSON.")
  var json = false

  private struct Shown: Encodable {
    let description: RunDescription
    let status: String
    let reason: String?
    let processes: [RunLog.TrainingProcess]
    let steps: Int
    let epochs: [RunLog.Epoch]
    let bestEpoch: Int?
    let calibration: RunCalibration?
    let evaluations: [EvaluationRecord]
  }

  func run() throws {
    let isInFolder = FileManager.default.fileExists(atPath: "\(folder)/\(name)")
    let run = try RunSummary(isInFolder ? "\(folder)/\(name)" : name)
    if json {
      return try printJSON(
        Shown(
          description: run.description, status: run.status, reason: run.reason,
          processes: run.processes, steps: run.stepCount, epochs: run.epochs,
          bestEpoch: run.bestEpoch?.epoch, calibration: try run.calibration(),
          evaluations: try run.evaluations()))
    }
    print("\(run.path): \(run.architecture), \(run.status)".printable)
    if let reason = run.reason { print("reason: \(reason)".printable) }
    let settings = TextTable(
      ["", TextColumn("", isFlexible: true)],
      rows: [["classes", run.description.vocab.joined(separator: " | ")]]
        + run.description.settings.map { [$0.name, $0.value] })
    print(settings.body)
    print("transforms")
    for transform in run.description.transforms { print("  \(transform)") }
    printProcesses(run)
    printEpochs(run)
    try printEvaluations(run)
  }

  private func printProcesses(_ run: RunSummary) {
    guard !run.processes.isEmpty else { return }
    let starts = run.processes.map(\.firstStep)
    let ends = starts.dropFirst() + [run.stepCount]
    print("")
    print(
      TextTable(
        [
          "started", "status", TextColumn("host", isFlexible: true), "git", .right("steps"),
          .right("threads"),
        ],
        rows: zip(run.processes, zip(starts, ends)).map { process, steps in
          [
            String(process.startedAt.prefix(16)),
            process.status == "running" ? run.status : process.status, process.record.host ?? "",
            process.record.git.map { $0.prefix(8) + ($0.hasSuffix("+") ? "+" : "") } ?? "",
            Self.range(steps.0, steps.1), process.record.threads.map(String.init) ?? "",
          ]
        }))
    var told: Set<String> = []
    for process in run.processes {
      guard let line = process.record.arguments, told.insert(line).inserted else { continue }
      print("command: " + Self.wrapped(line.printable))
    }
  }

  /// What "lightbox calibrate" and "lightbox evaluate" have added to the run.
  private func printEvaluations(_ run: RunSummary) throws {
    if let calibration = try run.calibration() {
      print("")
      print("calibration: \(calibration.words)")
    }
    let evaluations = try run.evaluations()
    guard !evaluations.isEmpty else { return }
    print("")
    print(
      TextTable(
        [
          "evaluated", "checkpoint", .right("images"), .right("loss"), .right("AUC"),
          .right("accuracy"),
        ],
        rows: evaluations.map { found in
          [found.split, found.checkpoint, "\(found.items)"]
            + ["loss", "roc_auc_score", "accuracy"].map { name in
              let measure = found.measures.first { $0.name == name && $0.className == nil }
              return measure.flatMap(\.value).map { NumberFormat.fixed($0, 4) } ?? "–"
            }
        }))
  }

  /// "0-119"; blank if there are none, or if it is not known.
  private static func range(_ start: Int?, _ end: Int?) -> String {
    guard let start, let end, end > start else { return "" }
    return "\(start)-\(end - 1)"
  }

  /// A command line on several lines that a shell reads as one; a quoted argument is not divided.
  private static func wrapped(_ line: String) -> String {
    var words = [""]
    var (isQuoted, isEscaped) = (false, false)
    for character in line {
      if character == "'" && !isEscaped { isQuoted.toggle() }
      isEscaped = character == "\\" && !isQuoted && !isEscaped
      if character == " " && !isQuoted {
        words.append("")
      } else {
        words[words.count - 1].append(character)
      }
    }
    var lines = [""]
    // The first line begins with "command: ", and the others are indented; " \" follows.
    for word in words {
      let last = lines[lines.count - 1]
      if last.isEmpty {
        lines[lines.count - 1] = word
      } else if last.count + word.count + 1 <= (lines.count == 1 ? 69 : 74) {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(word)
      }
    }
    return lines.joined(separator: " \\\n    ")
  }

  private func printEpochs(_ run: RunSummary) {
    let names = Set(run.epochs.flatMap(\.metrics.keys)).sorted()
    let best = run.bestEpoch?.epoch
    print("")
    let table = TextTable(
      (["epoch", "train_loss", "valid_loss"] + names + ["seconds"]).map(TextColumn.right),
      rows: run.epochs.map { epoch in
        let numbers = [epoch.trainLoss, epoch.validLoss] + names.map { epoch.metrics[$0] }
        return [(epoch.epoch == best ? "* " : "") + "\(epoch.epoch)"]
          + numbers.map { $0.map { NumberFormat.fixed($0, 4) } ?? "" }
          + [NumberFormat.measured(epoch.seconds, 1)]
      })
    print(table.blocks().map(\.description).joined(separator: "\n\n"))
  }
}

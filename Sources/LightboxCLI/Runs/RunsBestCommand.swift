import ArgumentParser
import Console
import Lightbox

struct RunsBestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "best", abstract: "Find the run and epoch with the best value of a metric.",
    usage: "lightbox runs best [<folders> ...] [<options>]",
    discussion: """
      All epochs of all runs are compared. The checkpoint "best" of a run is that of its monitored value, \
      so it may be of another epoch; a note says so.
      """)

  @OptionGroup var selection: RunSelection

  @Option(help: "A loss or metric. Default: the value that all runs monitor.")
  var by: String?

  @Flag(
    exclusivity: .exclusive,
    help: "What is best. Default: the lowest loss or error, the highest metric.")
  var order: Order?

  enum Order: String, EnumerableFlag {
    case lowest
    case highest
  }

  @Flag(help: "Print the path of the run only.")
  var pathOnly = false

  @Flag(help: "Print JSON.")
  var json = false

  private struct Best: Encodable {
    let name: String
    let path: String
    let status: String
    let by: String
    let value: Double
    let epoch: RunLog.Epoch
    let bestCheckpointEpoch: Int?
  }

  func run() throws {
    let list = try selection.read()
    let best = try list.best(by: by, prefersLess: order.map { $0 == .lowest })
    let stored = best.run.bestEpoch?.epoch
    if json {
      try printJSON(
        Best(
          name: best.run.name, path: best.run.path, status: best.run.status, by: best.name,
          value: best.value, epoch: best.epoch, bestCheckpointEpoch: stored))
    } else if pathOnly {
      print(best.run.path)
    } else {
      print(
        "\(best.run.path.printable): epoch \(best.epoch.epoch), \(best.name) \(NumberFormat.fixed(best.value, 4))"
      )
    }
    if let stored, stored != best.epoch.epoch {
      say(
        "lightbox: the checkpoint \"best\" of this run is of epoch \(stored), by \(best.run.summary?.monitor ?? "")"
      )
    }
    try list.tellErrors()
  }
}

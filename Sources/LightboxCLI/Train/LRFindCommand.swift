import ArgumentParser
import Console
import Lightbox

struct LRFindCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lr-find", abstract: "Search for a learning rate, before training.",
    usage: """
      lightbox lr-find <data> [--out <figure>] [<options>]
      lightbox lr-find <settings.toml> [--out <figure>] [<options>]
      """,
    discussion: """
      Trains on a few batches with a growing learning rate (fastai's lr_find) and prints the rates that four rules \
      suggest: valley, slide, minimum and steep. Data and settings are those of "train"; no run is written. If the \
      head is trained first (--weights, --freeze-epochs), the body is frozen here too.
      """)

  @Argument(
    help: "The folder of the images; file names in the table are relative to it. Or a TOML file.")
  var data: String?

  @Option(
    help: ArgumentHelp(
      "A setting by its key, such as optimizer.name=sgd. Can be repeated.", valueName: "key=value"))
  var set: [String] = []

  @Option(
    help: ArgumentHelp(
      "Take the settings of a run, and its best weights.", valueName: "run"))
  var from: String?

  @Option(help: ArgumentHelp("Draw the losses by rate: .png, .svg or .jpg.", valueName: "figure"))
  var out: String?

  @Flag(help: "Print JSON: the suggestions, and the loss of each rate.")
  var json = false

  @Option(help: "The first learning rate.")
  var startLr = 1e-7

  @Option(help: "The learning rate after the last batch.")
  var endLr = 10.0

  @Option(help: "Batches, 6 to 1000000.")
  var numIt = 100

  @Flag(help: "Go on when the loss exceeds four times its minimum.")
  var noStopDiv = false

  @OptionGroup var options: TrainOptions

  private var source: PlanSource {
    PlanSource(data: data, from: from, resume: nil, set: set, options: options)
  }

  func validate() throws {
    try requireOption("--num-it", numIt, in: 6...1_000_000)
    for (name, rate) in [("--start-lr", startLr), ("--end-lr", endLr)]
    where !(rate > 0 && rate <= 1e30) {
      throw ValidationError("\(name) \(rate): use a number above 0, at most 1e30")
    }
    if startLr >= endLr {
      throw ValidationError("--start-lr \(startLr): it must be below --end-lr, \(endLr)")
    }
    if from != nil, source.isFile {
      throw ValidationError("--from takes the settings of a run: leave the file out")
    }
    if data == nil, from == nil, !set.contains(where: { $0.hasPrefix("data.images") }) {
      throw ValidationError("give a folder of images or a settings file")
    }
    if let out,
      ![".png", ".svg", ".jpg", ".jpeg"].contains(where: out.lowercased().hasSuffix)
    {
      throw ValidationError("--out \(FileName.shown(out)): use a name that ends in .png or .svg")
    }
  }

  private struct Answer: Encodable {
    let suggestions: [LRFindResult.Suggestion]
    let learningRates: [Double]
    /// Null where the loss was not finite.
    let losses: [Double?]
  }

  func run() throws {
    var search = LRFindOptions()
    search.startLearningRate = startLr
    search.endLearningRate = endLr
    search.iterations = numIt
    search.stopsOnDivergence = !noStopDiv
    try requireFolder(of: "--out", out)
    let plan = try source.plan()
    try requireNoImage("--out", out, in: plan.data.table.folder)
    let found = try plan.lrFind(
      search, callbacks: [SearchProgress(of: numIt)], notify: LightboxCLI.tell)
    if let out {
      try found.savePlot(to: out)
      say("lightbox: figure \(FileName.shown(out))")
    }
    if json {
      return try printJSON(
        Answer(
          suggestions: found.suggestions, learningRates: found.learningRates,
          losses: found.losses.map { $0.isFinite ? $0 : nil }))
    }
    guard !found.suggestions.isEmpty else {
      say("lightbox: \(found.losses.count) losses are too few, or not finite, for a suggestion")
      throw ExitCode(1)
    }
    print(
      TextTable(
        ["rule", .right("learning rate")],
        rows: found.suggestions.map {
          [$0.method.rawValue, NumberFormat.significant($0.learningRate, 3)]
        }))
    let best = found.valley ?? found.suggestions[0].learningRate
    print("--set optimizer.lr=\(NumberFormat.significant(best, 3))")
  }
}

/// Shows the batches of a search.
private final class SearchProgress: Callback {
  let order = 70
  private let count: Int
  private let line = ProgressLine()

  init(of count: Int) { self.count = count }

  func afterBatch(_ learner: Learner) throws {
    guard learner.isTraining else { return }
    line.show("batches", min(learner.totalSteps + 1, count), of: count)
  }

  func afterFit(_ learner: Learner) throws { line.clear() }
}

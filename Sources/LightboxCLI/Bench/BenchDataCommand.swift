import ArgumentParser
import Benchmarking
import Console
import Lightbox

struct BenchDataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Time epochs over images beside the same steps on random data.",
    usage: """
      lightbox bench data <data> [--rounds <n>] [<options>]
      lightbox bench data <settings.toml> [--rounds <n>] [<options>]
      """,
    discussion: """
      An epoch of training images, as "lightbox train" with the same options reads and transforms them: with images \
      kept in memory, and with all files read. Each is timed once per round, in turn with as many steps on one random \
      batch; the medians of seconds and of ratios are printed. "one thread" is loading without steps. The network has \
      random weights.
      """)

  @Argument(help: "The folder of the images, or a TOML file.")
  var data: String

  @Option(help: "Rounds, 1 to 1000.")
  var rounds = 3

  @Flag(help: "Time loading only, without steps.")
  var loading = false

  @Option(
    help: ArgumentHelp(
      "A setting by its key, such as augment.max_rotate=20. Can be repeated.",
      valueName: "key=value"))
  var set: [String] = []

  @OptionGroup var options: TrainOptions

  @Flag(help: "Print JSON.")
  var json = false

  /// The JSON.
  struct Report: Encodable {
    let arch: String
    let rows: Int
    let columns: Int
    let batchSize: Int
    let images: Int
    let steps: Int
    let threads: Int
    let workers: Int
    let rounds: Int
    let epochSeconds: [String: [Double]]
    let epochRatios: [String: Double]
    let loadingSeconds: [String: [Double]]
    let imagesPerSecondAndThread: [String: Double]
  }

  func validate() throws {
    try requireOption("--rounds", rounds, in: 1...1000)
    if options.cache != nil {
      throw ValidationError("--cache has no effect here, as epochs with and without are timed")
    }
  }

  func run() throws {
    let plan = try PlanSource(data: data, from: nil, resume: nil, set: set, options: options).plan()
    try plan.compute.apply()
    let loaders = try plan.dataLoaders(notify: LightboxCLI.tell)
    let found = try DataBenchmark(
      of: loaders.train, model: loading ? nil : try network(of: plan, for: loaders), rounds: rounds)
    let size = loaders.pipeline.inputSize
    let report = Report(
      arch: plan.model.architecture, rows: size.height, columns: size.width,
      batchSize: plan.batchSize, images: found.imageCount, steps: found.stepCount,
      threads: Compute.threads, workers: loaders.train.workers, rounds: rounds,
      epochSeconds: found.epochs.byName, epochRatios: found.ratios.byName,
      loadingSeconds: found.loading.byName, imagesPerSecondAndThread: found.rates.byName)
    if json {
      try printJSON(report)
      return
    }
    print(
      """
      \(report.images) training images, \(report.arch) \(size.height) x \(size.width), \(report.steps) steps of \
      \(report.batchSize), \(report.threads) threads, \(report.workers) workers
      """)
    var table = TextTable(["", .right("seconds"), .right("images/s"), .right("beside steps")])
    for source in DataBenchmark.Source.allCases {
      guard let all = found.epochs[source] else { continue }
      let share = found.ratios[source].map {
        ($0 < 1 ? "" : "+") + NumberFormat.fixed(100 * ($0 - 1), 1) + " %"
      }
      table.append([
        source.title, NumberFormat.measured(median(all)),
        NumberFormat.measured(Double(report.images) / median(all), 0), share ?? "",
      ])
    }
    for source in DataBenchmark.Source.allCases {
      guard let all = found.loading[source] else { continue }
      table.append([
        "loading on one thread, \(source.title)", NumberFormat.measured(median(all)),
        NumberFormat.measured(found.rates[source], 0), "",
      ])
    }
    print(table)
  }

  private func network(of plan: TrainingPlan, for loaders: DataLoaders) throws -> Module {
    guard loaders.vocab.count > 1, plan.data.target == .category else {
      throw ValidationError("steps are timed for one class per image: give --loading")
    }
    return VisionModel(
      try Architecture.named(plan.model.architecture), classCount: loaders.vocab.count,
      inputChannels: loaders.pipeline.inputChannels, head: plan.model.head,
      outputStride: plan.model.outputStride
    ).model
  }
}

extension DataBenchmark.Source {
  fileprivate var title: String {
    switch self {
    case .random: "steps on random data"
    case .cached: "images in memory"
    case .files: "files read"
    }
  }
}

extension Dictionary where Key == DataBenchmark.Source {
  fileprivate var byName: [String: Value] {
    Dictionary<String, Value>(uniqueKeysWithValues: map { ($0.key.rawValue, $0.value) })
  }
}

import ArgumentParser
import Benchmarking
import Console
import Lightbox

struct BenchMapsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "maps",
    abstract: "Time the map of one class of a random image, and a forward and a backward pass.",
    usage: "lightbox bench maps [<options>]",
    discussion: """
      The network has random weights. Without --convolution, the algorithm is the one that "lightbox \
      interpret" uses for one image.
      """)

  @Option(help: "The architecture; see \"lightbox models\".")
  var arch = "resnet50"

  @Option(
    help: ArgumentHelp(
      "The method, such as grad-cam; see \"lightbox interpret\".", valueName: "name"))
  var method = "grad-cam"

  @Option(help: ArgumentHelp("A stage of the network.", valueName: "path"))
  var layer = "layer4"

  @Option(
    help: "corrected, or reference: the numbers of pytorch-grad-cam (logit, grid, scaled to 0...1)."
  )
  var mode = MapMode.corrected

  @Option(help: "Rows and columns of the image, 32 to 4096.")
  var size = 224

  @Option(help: "Timed maps, 1 to 10000.")
  var steps = 20

  @Option(help: "Maps before the timed ones, 0 to 10000.")
  var warmUp = 2

  @OptionGroup var compute: ComputeOptions

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    try requireOption("--size", size, in: 32...4096)
    try requireOption("--steps", steps, in: 1...10_000)
    try requireOption("--warm-up", warmUp, in: 0...10_000)
  }

  /// The JSON, with the keys of Benchmarks/peers/maps.py.
  struct Report: Encodable {
    let arch: String
    let method: String
    let layer: String
    let mode: MapMode
    let convolution: String
    let size: Int
    let threads: Int
    let seconds: Double
    let allSeconds: [Double]
    let forwardSeconds: Double
    let forwardBackwardSeconds: Double
    let peakResidentBytes: Int
  }

  func run() throws {
    let chosen = try MapMethods.named(method)
    let architecture = try Architecture.named(arch)
    try compute.settings().apply(imageCount: chosen.isPerturbing ? nil : 1)
    let found = try MapBenchmark(
      of: architecture, chosen, layer: layer,
      options: mode == .reference ? .reference : .corrected, size: size, repetitions: steps,
      warmUp: warmUp)
    let report = Report(
      arch: arch, method: method, layer: layer, mode: mode,
      convolution: Compute.convolution.rawValue, size: size, threads: Compute.threads,
      seconds: found.seconds, allSeconds: found.allSeconds,
      forwardSeconds: median(found.forwardSeconds), forwardBackwardSeconds: found.passSeconds,
      peakResidentBytes: found.peakResidentBytes)
    if json {
      try printJSON(report)
      return
    }
    print(
      """
      \(arch) \(method) at \(layer), \(mode.rawValue), \(size) x \(size), \(report.threads) threads, \
      \(report.convolution) convolutions
      \(NumberFormat.measured(report.seconds)) s per map (\(NumberFormat.measured(report.allSeconds.min())) \
      to \(NumberFormat.measured(report.allSeconds.max())), \(steps) maps)
      \(NumberFormat.measured(report.forwardSeconds)) s forward, \
      \(NumberFormat.measured(report.forwardBackwardSeconds)) s forward and backward
      """)
  }
}

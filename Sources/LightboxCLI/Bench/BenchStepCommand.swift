import ArgumentParser
import Console
import Benchmarking
import Lightbox

struct BenchStepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step", abstract: "Time steps on random images and print the median.",
    usage: "lightbox bench step [<options>]")

  @OptionGroup var options: WorkloadOptions

  @Flag(help: "Print JSON.")
  var json = false

  /// The JSON, with the keys of Benchmarks/peers/step.py.
  struct Report: Encodable {
    let arch: String
    let mode: Workload.Mode
    let precision: String
    let convolution: String
    let recompute: Bool
    let batchSize: Int
    let size: Int
    let threads: Int
    let steps: Int
    let seconds: Double
    let allSeconds: [Double]
    let imagesPerSecond: Double
    let gigaflops: Double
    let peakResidentBytes: Int
    let peakTensorBytes: Int
    let reorders: Int
    let reorderedBytes: Int
    let userShare: Double

    init(_ options: WorkloadOptions, _ found: StepBenchmark) {
      arch = options.arch
      mode = options.mode
      precision = options.precision.rawValue
      convolution = options.convolution.rawValue
      recompute = options.recompute
      batchSize = options.batchSize
      size = options.size
      threads = Compute.threads
      steps = options.steps
      seconds = found.seconds
      allSeconds = found.allSeconds
      imagesPerSecond = Double(options.batchSize) / found.seconds
      gigaflops = found.gigaflops
      peakResidentBytes = found.peakResidentBytes
      peakTensorBytes = found.peakTensorBytes
      reorders = found.reorders
      reorderedBytes = found.reorderedBytes
      userShare = found.userShare
    }
  }

  func run() throws {
    let report = Report(
      options, StepBenchmark(of: try options.makeWorkload(), steps: options.steps))
    if json {
      try printJSON(report)
      return
    }
    let (fastest, slowest) = (report.allSeconds.min(), report.allSeconds.max())
    print(
      """
      \(report.arch) \(report.mode.rawValue) \(report.precision), batch \(report.batchSize), \
      \(report.size) x \(report.size), \(report.threads) threads
      \(NumberFormat.measured(report.seconds)) s per step (\(NumberFormat.measured(fastest)) to \(NumberFormat.measured(slowest)), \
      \(report.steps) steps), \(NumberFormat.measured(report.imagesPerSecond, 1)) images/s, \
      \(NumberFormat.measured(report.gigaflops, 0)) GFLOP/s
      peak memory: tensors \(report.peakTensorBytes >> 20) MiB, process \
      \(report.peakResidentBytes >> 20) MiB
      layouts: \(report.reorders) reorders per step, \(report.reorderedBytes >> 10) KiB read; \
      user time \(NumberFormat.measured(report.userShare * 100, 1)) %
      """)
  }
}

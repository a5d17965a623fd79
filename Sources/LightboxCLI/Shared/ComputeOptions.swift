import ArgumentParser
import Lightbox

/// Threads, precision and convolution algorithm.
struct ComputeOptions: ParsableArguments {
  @Option(help: "Threads that compute. Default: all cores.")
  var threads: Int?

  @Option(help: "Threads that load images; 0: the main thread. Default: all cores.")
  var workers: Int?

  @Option(
    help: "float32, or bfloat16 for convolutions; weights, statistics and loss are float32.")
  var precision = Compute.Precision.float32

  @Option(
    help: ArgumentHelp(
      "fastest (Winograd where it is faster) or direct. Default: fastest; direct for few images.",
      valueName: "algorithm"))
  var convolution: Compute.ConvolutionAlgorithm?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads \(threads): use 1 to 1024")
    }
    if let workers, !(0...1024).contains(workers) {
      throw ValidationError("--workers \(workers): use 0 to 1024")
    }
  }

  var settings: ComputeSettings {
    ComputeSettings(
      threads: threads, workers: workers, precision: precision, convolution: convolution)
  }
}

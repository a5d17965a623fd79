import ArgumentParser
import Lightbox

/// Threads, precision and convolution algorithm.
struct ComputeOptions: ParsableArguments {
  @Option(help: "Threads that compute, 1 to 1024. Default: all cores.")
  var threads: Int?

  @Option(
    help: "float32, or bfloat16 for convolutions; weights, statistics and loss are float32.")
  var precision = Compute.Precision.float32

  @Option(
    help: ArgumentHelp(
      "fastest (Winograd where it is faster) or direct. Default: fastest; direct for few images.",
      valueName: "algorithm"))
  var convolution: Compute.ConvolutionAlgorithm?

  func validate() throws { try requireOption("--threads", threads, in: 1...1024) }

  func settings(workers: Int? = nil) -> ComputeSettings {
    ComputeSettings(
      threads: threads, workers: workers, precision: precision, convolution: convolution)
  }
}

/// The threads of commands that load images in batches.
struct WorkersOption: ParsableArguments {
  @Option(
    help: "Threads that load images, 0 to 1024; 0: the main thread. Default: all cores.")
  var workers: Int?

  func validate() throws { try requireOption("--workers", workers, in: 0...1024) }
}

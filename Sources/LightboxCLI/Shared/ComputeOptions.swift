public import ArgumentParser
public import Lightbox

/// Threads, precision and convolution algorithm.
struct ComputeOptions: ParsableArguments {
  @Option(help: "Threads of the model's operations. Default: all cores.")
  var threads: Int?

  @Option(help: "Threads that read and transform images; 0: the main thread. Default: all cores.")
  var workers: Int?

  @Option(
    help: "float32, or bfloat16 for convolutions (weights, statistics and loss stay float32).")
  var precision = Compute.Precision.float32

  @Option(
    help: "fastest (Winograd where it pays) or direct. Default: fastest; direct for few images.")
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

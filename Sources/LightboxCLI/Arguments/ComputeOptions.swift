import ArgumentParser
import Lightbox

/// What the machine gives.
struct ComputeOptions: ParsableArguments {
  @Option(help: "Threads for the model's operations; all cores unless said.")
  var threads: Int?

  @Option(
    help: "Threads that read and transform films; all cores unless said, 0: none of their own.")
  var workers: Int?

  @Option(
    help:
      "float32, or bfloat16: convolutions in bfloat16; weights, statistics and loss stay float32.")
  var precision = Compute.Precision.float32

  @Option(help: "Convolutions: fastest (Winograd where it pays) or direct.")
  var convolution = Compute.ConvolutionAlgorithm.fastest

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads \(threads): use 1 to 1024")
    }
    if let workers, !(0...1024).contains(workers) {
      throw ValidationError("--workers \(workers): use 0 to 1024")
    }
  }

  /// - Throws: `UnsupportedPrecision`.
  func apply() throws {
    if let threads { Compute.threads = threads }
    Compute.convolution = convolution
    try Compute.use(precision)
  }
}

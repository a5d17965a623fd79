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

  @Option(
    help:
      "Convolutions: fastest (Winograd where it pays) or direct; fastest unless said, direct to predict a few films."
  )
  var convolution: Compute.ConvolutionAlgorithm?

  /// Laying filters out for Winograd takes as long as it saves on some eighty films of a ResNet-50.
  static let fewFilms = 80

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads \(threads): use 1 to 1024")
    }
    if let workers, !(0...1024).contains(workers) {
      throw ValidationError("--workers \(workers): use 0 to 1024")
    }
  }

  /// - Parameter films: How many a model is loaded for; nil: many.
  /// - Throws: `UnsupportedPrecision`.
  func apply(films: Int? = nil) throws {
    if let threads { Compute.threads = threads }
    let isForFew = films.map { $0 < Self.fewFilms } ?? false
    Compute.convolution = convolution ?? (isForFew ? .direct : .fastest)
    try Compute.use(precision)
  }
}

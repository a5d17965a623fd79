import ArgumentParser
import Lightbox

/// What the machine gives.
struct ComputeOptions: ParsableArguments {
  @Option(help: "Threads for the model's operations; all cores unless said.")
  var threads: Int?

  @Option(
    help: "Threads that read and transform films; all cores unless said, 0: none of their own.")
  var workers: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads \(threads): use 1 to 1024")
    }
    if let workers, !(0...1024).contains(workers) {
      throw ValidationError("--workers \(workers): use 0 to 1024")
    }
  }

  func apply() {
    if let threads { Compute.threads = threads }
  }
}

import ArgumentParser
package import Benchmarking
import Console
import Lightbox

extension Workload.Mode: ExpressibleByArgument {}

/// The architecture, mode and sizes of a benchmark.
struct WorkloadOptions: ParsableArguments {
  @Option(help: "The architecture; see \"lightbox models\".")
  var arch = "resnet50"

  @Option(help: "train (forward, loss, backward, AdamW step) or infer (forward).")
  var mode = Workload.Mode.train

  @Option(help: "Images per step, 1 to 1000000; 2 or more in training.")
  var batchSize = 16

  @Option(help: "Rows and columns of the images, 32 to 4096.")
  var size = 224

  @Option(
    help: "float32, or bfloat16 for convolutions; weights, statistics and loss are float32.")
  var precision = Compute.Precision.float32

  @Option(
    help: ArgumentHelp(
      "fastest (Winograd where it is faster) or direct.", valueName: "algorithm"))
  var convolution = Compute.ConvolutionAlgorithm.fastest

  @Flag(help: "Recompute activations in backward (gradient checkpointing).")
  var recompute = false

  @Option(help: "Threads that compute, 1 to 1024. Default: all cores.")
  var threads: Int?

  @Option(help: "Timed steps, after two warm-up steps, 1 to 10000.")
  var steps = 5

  func validate() throws {
    try requireOption("--batch-size", batchSize, in: 1...1_000_000)
    if batchSize < 2, mode == .train {
      throw ValidationError("--batch-size \(batchSize): batch norm needs 2 or more in training")
    }
    try requireOption("--size", size, in: 32...4096)
    try requireOption("--steps", steps, in: 1...10_000)
    try requireOption("--threads", threads, in: 1...1024)
  }

  /// Configures the computation and creates the network with random weights and images.
  func makeWorkload() throws -> Workload {
    if let threads { Compute.threads = threads }
    Compute.convolution = convolution
    try Compute.use(precision)
    let architecture = try Architecture.named(arch)
    let model = architecture.makeModel()
    model.recomputeBlocks(recompute)
    try MemoryNeed(
      of: model, input: [batchSize, 3, size, size], training: mode == .train, batchesAhead: 1
    ).check(recompute: recompute || mode == .infer ? nil : "use --recompute")
    return Workload(
      model: model, classCount: architecture.classCount, mode: mode, batchSize: batchSize,
      size: size)
  }
}

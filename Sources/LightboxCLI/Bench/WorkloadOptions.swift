import ArgumentParser
package import Benchmarking
import Lightbox

extension Workload.Mode: ExpressibleByArgument {}

/// The architecture, mode and sizes of a benchmark.
struct WorkloadOptions: ParsableArguments {
  @Option(help: "The architecture; see \"lightbox models\".")
  var arch = "resnet50"

  @Option(help: "train (forward, loss, backward, AdamW step) or infer (forward).")
  var mode = Workload.Mode.train

  @Option(help: "Images per step.")
  var batchSize = 16

  @Option(help: "Rows and columns of the images.")
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

  @Option(help: "Threads that compute. Default: all cores.")
  var threads: Int?

  @Option(help: "Timed steps, after two warm-up steps.")
  var steps = 5

  func validate() throws {
    if batchSize < 1 { throw ValidationError("--batch-size \(batchSize): use 1 or more") }
    if batchSize < 2, mode == .train {
      throw ValidationError("--batch-size \(batchSize): batch norm needs 2 or more in training")
    }
    if !(32...4096).contains(size) { throw ValidationError("--size \(size): use 32 to 4096") }
    if steps < 1 { throw ValidationError("--steps \(steps): use 1 or more") }
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads \(threads): use 1 to 1024")
    }
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

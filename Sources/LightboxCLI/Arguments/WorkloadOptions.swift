public import ArgumentParser
public import Lightbox

/// What a benchmark runs: a network, a mode, a size.
struct WorkloadOptions: ParsableArguments {
  enum Mode: String, ExpressibleByArgument, CaseIterable, Encodable {
    case train, infer
  }

  @Option(help: "Architecture.")
  var arch = "resnet50"

  @Option(help: "train (forward, loss, backward, AdamW) or infer.")
  var mode = Mode.train

  @Option(help: "Images per step.")
  var batchSize = 16

  @Option(help: "Rows and columns.")
  var size = 224

  @Option(help: "float32 or bfloat16 (mixed: weights, statistics and loss stay float32).")
  var precision = Compute.Precision.float32

  @Option(help: "Convolutions: fastest (Winograd where it pays) or direct.")
  var convolution = Compute.ConvolutionAlgorithm.fastest

  @Flag(help: "Compute each block again in the walk back instead of keeping what it made.")
  var recompute = false

  @Option(help: "Threads; all cores unless said.")
  var threads: Int?

  @Option(help: "Steps that are timed, after two that are not.")
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

  /// Makes the network and random images.
  func makeWorkload() throws -> Workload {
    if let threads { Compute.threads = threads }
    Compute.convolution = convolution
    try Compute.use(precision)
    let architecture = try Architecture.named(arch)
    let model = architecture.makeModel()
    model.recomputeBlocks(recompute)
    return Workload(
      model: model, classes: architecture.classCount, mode: mode, batchSize: batchSize, size: size)
  }
}

extension Compute.Precision: ExpressibleByArgument {}
extension Compute.ConvolutionAlgorithm: ExpressibleByArgument {}

/// One step, again and again, on the same random images.
struct Workload {
  let model: Module
  private let mode: WorkloadOptions.Mode
  private let images: Tensor
  private let targets: Tensor
  private let optimizer: Optimizer

  init(
    model: Module, classes: Int, mode: WorkloadOptions.Mode, batchSize: Int, size: Int
  ) {
    self.model = model.train(mode == .train)
    self.mode = mode
    var random = RandomSource(seed: 1)
    images = Tensor(
      (0..<(batchSize * 3 * size * size)).map { _ in Float(random.normal()) },
      shape: [batchSize, 3, size, size])
    targets = Tensor((0..<batchSize).map { Int64($0 % classes) })
    optimizer = Optimizer(
      Adam(), groups: [model.namedParameters.map { ($0.name, $0.parameter) }])
    model.labelForProfile()
  }

  func step() {
    if mode == .infer {
      _ = model(images)
      return
    }
    model(Tape().record(images)).crossEntropy(targets).backward()
    optimizer.step()
    optimizer.clearGradients()
  }
}

public import ArgumentParser
import Console
import Lightbox

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a classifier on labeled images.",
    discussion: """
      The split comes from the table if it has one; otherwise a share of the patients (or, where none \
      are named, of the images) is kept for validation. The best weights by --monitor are kept in \
      RUN/checkpoints/best.safetensors, the last ones beside them. With --weights the head is trained \
      first, then all layers, early ones slower (fastai's fine_tune).
      """)

  @OptionGroup var source: TableOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var intensity: IntensityOption

  @Option(help: "The architecture; lightbox models lists them.")
  var arch = "resnet18"

  @Option(
    help:
      "Weights to start from: safetensors or PyTorch, with torchvision's, timm's or fastai's names."
  )
  var weights: String?

  @Option(help: "Rows and columns of the model's input.")
  var size = 224

  @Option(help: "Epochs with all layers trainable.")
  var epochs = 5

  @Option(help: "Epochs before that with the body frozen. Default: 1 with --weights, else 0.")
  var freezeEpochs: Int?

  @Option(help: "Images per step.")
  var batchSize = 32

  @Option(help: "The highest learning rate.")
  var lr = 1e-3

  @Option(help: "When loss or gradients are not finite: stop (before the step) or skip the batch.")
  var onBadGradient = GradientCheck.Policy.stop

  @Flag(
    help:
      "Recompute activations in backward: half the memory, the same gradients, a third more time.")
  var recompute = false

  @Option(help: "The share for validation if the table has no split.")
  var validPct = 0.2

  @Option(help: "Seeds the split, the weights, the order and the augmentation.")
  var seed: UInt64 = 42

  @Option(help: "The best epoch by valid_loss, accuracy or roc_auc_score.")
  var monitor = "valid_loss"

  @Flag(help: "Mirror images left and right in training; not where sides matter.")
  var flip = false

  @Flag(inversion: .prefixedNo, help: "Rotate, zoom, warp and relight images in training.")
  var augment = true

  @Flag(help: "Leave out files that cannot be read, and list them.")
  var skipUnreadable = false

  @Flag(help: "Train even if patients have images on both sides of the split.")
  var allowSharedPatients = false

  @Option(help: "The folder to create for the run.")
  var out: String

  func validate() throws {
    if !(8...4096).contains(size) { throw ValidationError("--size \(size): use 8 to 4096") }
  }

  private func plan() throws -> TrainingPlan {
    var plan = TrainingPlan(
      table: try source.table(), imageSize: size, intensity: try intensity.parsed(),
      augments: augment, flips: flip)
    plan.architecture = arch
    plan.weights = weights
    plan.epochs = epochs
    plan.freezeEpochs = freezeEpochs
    plan.batchSize = batchSize
    plan.learningRate = lr
    plan.monitor = monitor
    plan.validFraction = validPct
    plan.seed = seed
    plan.onBadGradient = onBadGradient
    plan.unreadable = skipUnreadable ? .skip : .stop
    plan.allowsSharedPatients = allowSharedPatients
    plan.recomputes = recompute
    plan.compute = compute.settings
    return plan
  }

  func run() throws {
    let result = try plan().run(
      in: out, callbacks: [ProgressCallback()], report: emit, notify: tell)
    let rate = Double(result.imagesSeen) / result.seconds
    say(
      "lightbox: \(NumberFormat.fixed(result.seconds, 1)) s, \(NumberFormat.fixed(rate, 1)) images/s "
        + "trained; the run is in \(out)")
  }

  private func tell(_ event: RunEvent) {
    switch event {
    case .weightsLoaded(let path, let taken, let left):
      say("lightbox: \(taken) tensors from \(path)")
      if !left.isEmpty {
        say(
          "lightbox: \(left.count) not used (\(left.prefix(4).joined(separator: ", "))): new head")
      }
    case .started(let run):
      say(
        "lightbox: \(run.plan.architecture), \(run.data.train) training and \(run.data.valid) "
          + "validation images, classes \(run.vocab.joined(separator: " | "))")
    case .skipped(let error): say("lightbox: skipped \(error)")
    }
  }
}

extension GradientCheck.Policy: ExpressibleByArgument {}

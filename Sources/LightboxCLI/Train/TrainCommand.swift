public import ArgumentParser
import Console
import Lightbox

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a classifier on labeled images.",
    discussion: """
      Without a split in the table, --valid-pct of the patients (of the images, if the table names no \
      patients) are used for validation. The best epoch by --monitor is saved as \
      <out>/checkpoints/best.safetensors, the last one as last.safetensors. With --weights, the head is \
      trained first, then all layers, early layers at lower rates (fastai's fine_tune). All files that \
      cannot be read are listed; without --skip-unreadable the exit code is then 1. Ctrl-C, SIGTERM and \
      SIGHUP end the run after the current batch; the weights of the last finished epoch are kept.
      """)

  @OptionGroup var source: TableOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var loading: WorkersOption
  @OptionGroup var intensity: IntensityOption
  @OptionGroup var unreadable: UnreadableOption

  @Option(
    help:
      "Of a DICOM file with several frames: first, all (each one is an image with the file's label), or refuse."
  )
  var frames = FrameChoice.refuse

  @Option(help: "The architecture; see \"lightbox models\".")
  var arch = "resnet18"

  @Option(
    help:
      "Pretrained weights: a safetensors or PyTorch file of torchvision, timm or fastai."
  )
  var weights: String?

  @OptionGroup var weightsPart: PartOption

  @Option(
    help: ArgumentHelp(
      "Input pixels per cell of the last layer, for ResNets: 32, 16 or 8. Smaller: finer maps, slower.",
      valueName: "pixels"))
  var outputStride: Int?

  @Option(help: "Rows and columns of the model's input, 8 to 4096.")
  var size = 224

  @Option(help: "Epochs with all layers trainable, 1 to 1000000; 0 with --freeze-epochs.")
  var epochs = 5

  @Option(
    help: "Epochs before these with a frozen body, 0 to 1000000. Default: 1 with --weights, else 0."
  )
  var freezeEpochs: Int?

  @Option(help: "Images per step, 2 to 1000000.")
  var batchSize = 32

  @Option(help: "The maximum learning rate, above 0, at most 1e30.")
  var lr = 1e-3

  @Option(help: "If the loss or a gradient is not finite: stop, or skip the batch.")
  var onBadGradient = GradientCheck.Policy.stop

  @Flag(
    help:
      "Recompute activations in backward: about half the memory, a third more time.")
  var recompute = false

  @Option(help: "The fraction for validation if the table has no split, between 0 and 1.")
  var validPct = 0.2

  @Option(
    help: "The seed of the split, the weights, the order and the augmentation, 0 to 2^64 - 1.")
  var seed: UInt64 = 42

  @Option(help: "The number that selects the best epoch: valid_loss, accuracy or roc_auc_score.")
  var monitor = "valid_loss"

  @Flag(help: "Flip images horizontally in training.")
  var flip = false

  @Flag(
    inversion: .prefixedNo,
    help: "Rotate, zoom and warp images, and change brightness and contrast, in training.")
  var augment = true

  @Flag(help: "Allow patients and images in more than one of training, validation and test.")
  var allowSharedPatients = false

  @Option(help: "The folder to create for the run.")
  var out: String

  func validate() throws {
    if weightsPart.part != nil, weights == nil {
      throw ValidationError("--part selects a network of a file: give --weights too")
    }
    try requireOption("--size", size, in: 8...4096)
    try requireOption("--epochs", epochs, in: 0...TrainingPlan.epochLimit)
    try requireOption("--freeze-epochs", freezeEpochs, in: 0...TrainingPlan.epochLimit)
    try requireOption("--batch-size", batchSize, in: 2...1_000_000)
    if !(lr > 0 && lr <= 1e30) {
      throw ValidationError("--lr \(lr): use a number above 0, at most 1e30")
    }
    if !(validPct > 0 && validPct < 1) {
      throw ValidationError("--valid-pct \(validPct): use a number between 0 and 1")
    }
  }

  private func plan() throws -> TrainingPlan {
    var plan = TrainingPlan(
      table: try source.table(), imageSize: size, intensity: try intensity.parsed(),
      frames: frames, augments: augment, flips: flip)
    plan.architecture = arch
    plan.weights = weights
    plan.weightsPart = weightsPart.part
    plan.outputStride = outputStride
    plan.epochs = epochs
    plan.freezeEpochs = freezeEpochs
    plan.batchSize = batchSize
    plan.learningRate = lr
    plan.monitor = monitor
    plan.validFraction = validPct
    plan.seed = seed
    plan.onBadGradient = onBadGradient
    plan.unreadable = unreadable.policy
    plan.allowsSharedPatients = allowSharedPatients
    plan.recomputes = recompute
    plan.compute = compute.settings(workers: loading.workers)
    return plan
  }

  func run() throws {
    let result: TrainingResult
    do {
      result = try plan().run(
        in: out, callbacks: [ProgressCallback()], cancellation: Signals.cancellation,
        report: emit, notify: tell)
    } catch let error as PlanError where error.isInterruption {
      say("lightbox: \(error)")
      throw ExitCode(Signals.exitCode)
    }
    unreadable.tell(result.skipped)
    let rate = Double(result.imagesSeen) / result.seconds
    say(
      "lightbox: \(NumberFormat.fixed(result.seconds, 1)) s, \(NumberFormat.fixed(rate, 1)) training "
        + "images/s; the run is in \(out)")
  }

  private func tell(_ event: RunEvent) {
    switch event {
    case .columns(let columns): LightboxCLI.tell(columns)
    case .warning(let warning): LightboxCLI.tell(warning)
    case .weightsLoaded(let path, let taken, let left):
      say("lightbox: loaded \(taken) tensors from \(path)")
      if !left.isEmpty {
        say(
          "lightbox: \(left.count) tensors not used, of the classifier or unknown "
            + "(\(left.prefix(4).map(\.printable).joined(separator: ", ")))")
      }
    case .networkChosen(let part, let others):
      say(
        "lightbox: took \(part.printable), the only network of the file that fits; not "
          + others.map(\.printable).joined(separator: ", "))
    case .filtersAdapted(let name, let from, let to):
      say(
        "lightbox: \(name) is for images of \(from) channel\(from == 1 ? "" : "s"); adapted to \(to)"
      )
    case .started(let run):
      say(
        """
        lightbox: \(run.plan.architecture), \(run.data.train) training and \(run.data.valid) \
        validation images, split \(run.data.method ?? "as before")
        lightbox: classes \(run.vocab.joined(separator: " | "))
        """)
    case .resumed(let steps, let epoch):
      say("lightbox: the run continues after \(steps) training steps, in epoch \(epoch)")
    case .canContinue(let path):
      say("lightbox: the run can be continued: lightbox train --resume \(path)".printable)
    case .skipped: break
    }
  }
}

extension GradientCheck.Policy: ExpressibleByArgument {}

public import DataBlocks
public import Imaging
public import Training

/// Everything that determines a training run; `run.json` holds it.
///
///     var plan = TrainingPlan(table: LabelTable("films/labels.csv", folder: "films"), imageSize: 160)
///     plan.epochs = 12
///     let result = try plan.run(in: "run")
///
/// The same plan on the same data gives the same weights, whatever the number of workers.
public struct TrainingPlan: Sendable, Equatable, Codable {
  /// The images and their labels.
  public var table: LabelTable
  /// From a file to the model's input.
  public var pipeline: Pipeline
  /// The name of the architecture.
  public var architecture = "resnet18"
  /// A file of weights to start from; nil: random weights.
  public var weights: String?
  /// The key of the network's dictionary in that file, or a prefix of its names, if the file has several networks.
  public var weightsPart: String?
  /// Epochs with all groups trainable.
  public var epochs = 5
  /// Epochs before that with the body frozen; nil: 1 with `weights`, else 0.
  public var freezeEpochs: Int?
  /// Images per step.
  public var batchSize = 32
  /// The highest learning rate.
  public var learningRate = 1e-3
  /// The number that decides which epoch is best: "valid_loss" or a metric's name.
  public var monitor = "valid_loss"
  /// The share for validation if the table has no split: of patients if it names them, else of images.
  public var validFraction = 0.2
  /// Seeds the split, the weights, the order and the random transforms.
  public var seed: UInt64 = 42
  /// What to do about a batch whose loss or gradient is not finite.
  public var onBadGradient = GradientCheck.Policy.stop
  /// What to do about files that cannot be read.
  public var unreadable = UnreadablePolicy.stop
  /// Train even if patients have images on both sides of the split.
  public var allowsSharedPatients = false
  /// Input pixels per cell of the body's output: 32, 16 or 8 for a ResNet; nil: the architecture's.
  public var outputStride: Int?
  /// Recompute activations in backward (gradient checkpointing).
  public var recomputes = false
  /// Threads, precision and convolution algorithm.
  public var compute = ComputeSettings()

  /// The most epochs of either kind.
  package static let epochLimit = 1_000_000

  /// The metrics that a run measures.
  public static let metrics: [Metric] = [.accuracy, .rocAuc]

  /// Creates a plan with a custom pipeline.
  public init(table: LabelTable, pipeline: Pipeline) {
    self.table = table
    self.pipeline = pipeline
  }

  /// Creates a plan with the usual pipeline.
  ///
  /// - Parameters:
  ///   - table: The images and their labels.
  ///   - imageSize: Rows and columns of the model's input.
  ///   - intensity: The intensity window of grayscale DICOM files.
  ///   - frames: What is read of a DICOM file with several frames.
  ///   - augments: Rotate, zoom, warp and relight in training.
  ///   - flips: Mirror left and right in training.
  public init(
    table: LabelTable, imageSize: Int, intensity: DICOMIntensity = .automatic,
    frames: FrameChoice = .refuse, augments: Bool = true, flips: Bool = false
  ) {
    let random: [any Transform] =
      augments ? augTransforms(doFlip: flips, maxWarp: 0.1) : flips ? [Flip()] : []
    self.init(
      table: table,
      pipeline: Pipeline(
        [ReadImage(intensity: intensity, frames: frames), Resize(imageSize)] + random))
  }

  /// Epochs with the body frozen, as they are run.
  public var resolvedFreezeEpochs: Int { freezeEpochs ?? (weights == nil ? 0 : 1) }
}

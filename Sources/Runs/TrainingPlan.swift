public import DataBlocks
public import Imaging
import Settings
public import Training

/// Everything that determines a training run, in groups; `run.json` and `run.toml` of a run hold it.
///
///     var plan = TrainingPlan(table: LabelTable("films/labels.csv", folder: "films"), imageSize: 160)
///     plan.epochs = 12
///     plan.optimizer = .adam(weightDecay: 0.1)
///     plan.callbacks = [.earlyStopping(patience: 3)]
///     let result = try plan.run(in: "run")
///
/// The same plan on the same data gives the same weights, whatever the number of workers.
public struct TrainingPlan: Sendable, Equatable {
  /// Name, tags, notes and seed: `[run]`.
  public var about = RunSettings()
  /// Images, labels, and how they are split and loaded: `[data]`.
  public var data = DataSettings()
  /// From a file to the model's input: `[image]`.
  public var image = ImageSettings()
  /// Random transforms: `[augment]`.
  public var augment = AugmentSettings()
  /// A pipeline in place of `image` and `augment`.
  var ownPipeline: Pipeline?
  /// The network and its first weights: `[model]`.
  public var model = ModelSettings()
  /// Epochs, metrics, and what is kept: `[train]`.
  public var train = TrainSettings()
  /// How the rates change: `[schedule]`; nil: `fineTune` if the body is frozen first, else `oneCycle`.
  public var schedule: ScheduleSettings?
  /// The update rule: `[optimizer]`.
  public var optimizer = OptimizerSettings.adam()
  /// Learning rates, and what the optimizer does with batch norm: `[optimizer]`.
  public var rates = RateSettings()
  /// The loss: `[loss]`; nil: what belongs to the target of `data`.
  public var loss: LossSettings?
  /// Callbacks, at most one of each: `[callbacks.…]`.
  public var callbacks: [CallbackSettings] = []
  /// When the state is saved: `[checkpoint]`.
  public var checkpoint = CheckpointSettings()
  /// Threads, precision and convolution algorithm: `[compute]`.
  public var compute = ComputeSettings()
  /// The settings that the user gave; no part of the plan.
  package var given = GivenSettings()

  /// Creates the defaults, without images.
  package init() {}

  /// Creates a plan with a custom pipeline.
  public init(table: LabelTable, pipeline: Pipeline) {
    data.table = table
    ownPipeline = pipeline
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
    data.table = table
    image.size = ImageSize(height: imageSize, width: imageSize)
    image.intensity = intensity
    image.frames = frames
    augment.doFlip = flips
    if !augments { augment.disable(exceptFlips: flips) }
  }

  /// From a file to the model's input: `image` and `augment`, or the pipeline that was set.
  ///
  /// - Precondition: `image` and `augment` are in their ranges.
  public var pipeline: Pipeline {
    get {
      ownPipeline
        ?? Pipeline(
          [
            ReadImage(
              intensity: image.intensity, frames: image.frames, depth: image.depth),
            Resize(
              height: image.size.height, width: image.size.width, method: image.method,
              padMode: image.padMode), image.normalize,
          ] + augment.transforms)
    }
    set { ownPipeline = newValue }
  }

  /// Equal if they train the same.
  public static func == (a: TrainingPlan, b: TrainingPlan) -> Bool {
    a.withResolvedDefaults.settings == b.withResolvedDefaults.settings && a.pipeline == b.pipeline
  }
}

extension TrainingPlan {
  /// Takes over the mean and the deviation that were measured.
  mutating func record(_ measured: Pipeline) {
    if ownPipeline == nil {
      image = image.fitted(to: measured)
    } else {
      ownPipeline = measured
    }
  }
}

extension AugmentSettings {
  /// Turns everything off but mirroring.
  mutating func disable(exceptFlips: Bool) {
    isEnabled = exceptFlips
    (maxRotate, maxLighting, maxWarp, minZoom, maxZoom, size) = (0, 0, 0, 1, 1, nil)
    (maxSaturation, maxHue) = (0, 0)
    erasing.probability = 0
  }
}

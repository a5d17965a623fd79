public import DataBlocks
public import Training

/// The settings that most plans change, without their groups.
extension TrainingPlan {
  /// The images and their labels.
  public var table: LabelTable {
    get { data.table }
    set { data.table = newValue }
  }

  /// The name of the architecture.
  public var architecture: String {
    get { model.architecture }
    set { model.architecture = newValue }
  }

  /// A file of weights to start from; nil: random weights.
  public var weights: String? {
    get { model.weights }
    set { model.weights = newValue }
  }

  /// The key of the network's dictionary in that file, or a prefix of its names, if the file has several networks.
  public var weightsPart: String? {
    get { model.weightsPart }
    set { model.weightsPart = newValue }
  }

  /// Input pixels per cell of the body's output: 32, 16 or 8 for a ResNet; nil: the architecture's.
  public var outputStride: Int? {
    get { model.outputStride }
    set { model.outputStride = newValue }
  }

  /// Recompute activations in backward (gradient checkpointing).
  public var recomputes: Bool {
    get { model.recomputes }
    set { model.recomputes = newValue }
  }

  /// Epochs with all groups trainable.
  public var epochs: Int {
    get { train.epochs }
    set { train.epochs = newValue }
  }

  /// Epochs before that with the body frozen; nil: as `resolvedFreezeEpochs` says.
  public var freezeEpochs: Int? {
    get { train.freezeEpochs }
    set { train.freezeEpochs = newValue }
  }

  /// The number that decides which epoch is best: "valid_loss" or a metric's name.
  public var monitor: String {
    get { train.monitor }
    set { train.monitor = newValue }
  }

  /// What is measured on the validation images after each epoch.
  ///
  /// Default: accuracy and area under the ROC curve, those of labels for several, errors for numbers.
  public var metrics: [MetricSettings] {
    get { train.metrics ?? data.target.metrics }
    set { train.metrics = newValue }
  }

  /// What to do about a batch whose loss or gradient is not finite.
  public var onBadGradient: GradientCheck.Policy {
    get { train.onBadGradient }
    set { train.onBadGradient = newValue }
  }

  /// Images per step.
  public var batchSize: Int {
    get { data.batchSize }
    set { data.batchSize = newValue }
  }

  /// The share for validation if the table has no split: of patients if it names them, else of images.
  public var validFraction: Double {
    get { data.validFraction }
    set { data.validFraction = newValue }
  }

  /// What to do about files that cannot be read.
  public var unreadable: UnreadablePolicy {
    get { data.unreadable }
    set { data.unreadable = newValue }
  }

  /// Train even if patients have images on both sides of the split.
  public var allowsSharedPatients: Bool {
    get { data.allowsSharedPatients }
    set { data.allowsSharedPatients = newValue }
  }

  /// Seeds the split, the weights, the order and the random transforms.
  public var seed: UInt64 {
    get { about.seed }
    set { about.seed = newValue }
  }

  /// The highest learning rate, of the last group; `rates.learningRates` has those of all groups.
  public var learningRate: Double {
    get { rates.learningRates.all.last ?? 0 }
    set { rates.learningRates = .same(newValue) }
  }

  /// Epochs with the body frozen, as they are run: one where `fineTune` trains the head of given weights.
  public var resolvedFreezeEpochs: Int {
    freezeEpochs ?? ((schedule.map(\.freezes) ?? (weights != nil)) ? 1 : 0)
  }

  /// The loss that is minimized.
  var resolvedLoss: LossSettings { loss ?? .standard(for: data.target) }

  /// The schedule that is run.
  var resolvedSchedule: ScheduleSettings {
    schedule ?? (resolvedFreezeEpochs > 0 ? .fineTune() : .oneCycle())
  }
}

public import ArgumentParser
public import Lightbox

/// The settings of a training run that have an option; those that are not given keep what a file says, or their defaults.
struct TrainOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where the labels are: a table, CSV with a header (a path, or a name in <data>; SIIM's, RSNA's and NIH's are "
        + "recognized), folders (cat/1.png or train/cat/1.png), name:REGEX or path:REGEX (the first group is the label), "
        + "or dicom:ATTRIBUTE. Default: labels.csv in <data>.", valueName: "source"))
  var labels: String?

  @Option(help: "The column with the file names. Default: file.")
  var fileColumn: String?

  @Option(help: "The column with the labels. Default: label.")
  var labelColumn: String?

  @Option(
    help:
      "The column with train, valid (or val) or test, or is_valid; none: no column, and folders of this name are no split. Default: split or is_valid, if it exists."
  )
  var splitColumn: String?

  @Option(
    help:
      "The column with the patients; none: patients do not count, those of DICOM headers neither. Default: patient or patient_id, if it exists, else PatientID of the DICOM headers."
  )
  var patientColumn: String?

  @Option(help: "The character between cells: comma, semicolon, tab or pipe. Default: comma.")
  var separator: CSVSeparator?

  @Option(help: "Threads that compute, 1 to 1024. Default: all cores.")
  var threads: Int?

  @Option(
    help:
      "float32, or bfloat16 for convolutions; weights, statistics and loss are float32. Default: float32."
  )
  var precision: Compute.Precision?

  @Option(
    help: ArgumentHelp(
      "fastest (Winograd where it is faster) or direct. Default: fastest; direct for few images.",
      valueName: "algorithm"))
  var convolution: Compute.ConvolutionAlgorithm?

  @Option(help: "Threads that load images, 0 to 1024; 0: the main thread. Default: all cores.")
  var workers: Int?

  @Option(
    help:
      "Where decoded and resized images are kept: memory, disk (also in files, for later runs) or off. Default: memory."
  )
  var cache: CacheKind?

  @Option(
    help: ArgumentHelp(
      "The intensity of DICOM files: \(DICOMIntensity.grammar). Default: auto.",
      valueName: "intensity"
    ))
  var intensity: String?

  @Option(
    help:
      "How images become as wide as the input: crop to the aspect ratio, pad, or squish. Default: crop."
  )
  var resize: ResizeMethod?

  @OptionGroup var unreadable: UnreadableOption

  @Option(
    help:
      "Of a DICOM file with several frames: first, all (each one is an image with the file's label), or refuse. Default: refuse."
  )
  var frames: FrameChoice?

  @Option(help: "The architecture; see \"lightbox models\". Default: resnet18.")
  var arch: String?

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

  @Option(help: "Rows and columns of the model's input, 8 to 4096. Default: 224.")
  var size: Int?

  @Option(
    help: "Epochs with all layers trainable, 1 to 1000000; 0 with --freeze-epochs. Default: 5.")
  var epochs: Int?

  @Option(
    help:
      "Epochs before these with a frozen body, 0 to 1000000. Default: 1 with --weights, else 0."
  )
  var freezeEpochs: Int?

  @Option(help: "Images per step, 2 to 1000000. Default: 32.")
  var batchSize: Int?

  @Option(help: "The maximum learning rate, above 0, at most 1e30. Default: 0.001.")
  var lr: Double?

  @Option(help: "If the loss or a gradient is not finite: stop, or skip the batch. Default: stop.")
  var onBadGradient: GradientCheck.Policy?

  @Flag(
    help:
      "Recompute activations in backward: about half the memory, a third more time.")
  var recompute = false

  @Option(
    help: ArgumentHelp(
      "How images are divided if their source has no split: auto (by patient where patients are known, else by image), random, stratified, patient or stratified-patient. Default: auto.",
      valueName: "kind"))
  var split: SplitKind?

  @Option(help: "What labels are: category, multi_category or regression. Default: category.")
  var target: TargetKind?

  @Option(
    help:
      "The fraction for validation if the table has no split, between 0 and 1. Default: 0.2.")
  var validPct: Double?

  @Option(
    help:
      "Cross-validation, 2 to 1000: so many folds by patient, stratified by class, each trained in a separate run."
  )
  var folds: Int?

  @Option(help: "With --folds: train only this fold, from 0.")
  var fold: Int?

  @Option(
    help:
      "The seed of the split, the weights, the order and the augmentation, 0 to 2^64 - 1. Default: 42."
  )
  var seed: UInt64?

  @Option(
    help:
      "The number that selects the best epoch: valid_loss, train_loss or a metric, such as accuracy or roc_auc_score. Default: valid_loss."
  )
  var monitor: String?

  @Flag(help: "Flip images horizontally in training.")
  var flip = false

  @Flag(
    inversion: .prefixedNo,
    help:
      "Rotate, zoom and warp images, and change brightness and contrast, in training. Default: --augment."
  )
  var augment: Bool?

  @Flag(help: "Allow patients and images in more than one of training, validation and test.")
  var allowSharedPatients = false

  func validate() throws {
    try requireOption("--threads", threads, in: 1...1024)
    try requireOption("--workers", workers, in: 0...1024)
    try requireOption("--size", size, in: 8...4096)
    try requireOption("--epochs", epochs, in: 0...TrainSettings.epochLimit)
    try requireOption("--freeze-epochs", freezeEpochs, in: 0...TrainSettings.epochLimit)
    try requireOption("--batch-size", batchSize, in: 2...1_000_000)
    if let lr, !(lr > 0 && lr <= 1e30) {
      throw ValidationError("--lr \(lr): use a number above 0, at most 1e30")
    }
    if let validPct, !(validPct > 0 && validPct < 1) {
      throw ValidationError("--valid-pct \(validPct): use a number between 0 and 1")
    }
    try requireOption("--folds", folds, in: 2...1000)
    if let folds { try requireOption("--fold", fold, in: 0...(folds - 1)) }
    if let intensity {
      do { _ = try DICOMIntensity(intensity) } catch {
        throw ValidationError("--intensity \(error)")
      }
    }
  }

  /// The options that are given, as settings.
  var overrides: [SettingsOverride] {
    var overrides: [SettingsOverride] = []
    func add(_ key: String, _ option: String, _ value: TOMLValue?, _ word: String? = nil) {
      guard let value else { return }
      let shown = word ?? (value == .bool(true) ? "" : " \(TOMLText.value(value))")
      overrides.append(SettingsOverride(key, value, option: "\(option)\(shown)"))
    }
    add("data.labels", "--labels", labels?.toml)
    add("data.file_column", "--file-column", fileColumn?.toml)
    add("data.label_column", "--label-column", labelColumn?.toml)
    add("data.split_column", "--split-column", splitColumn?.toml)
    add("data.patient_column", "--patient-column", patientColumn?.toml)
    add("data.separator", "--separator", separator?.toml)
    add("data.split", "--split", split?.toml)
    add("data.target", "--target", target?.toml)
    add("data.valid_pct", "--valid-pct", validPct?.toml)
    add("data.folds", "--folds", folds?.toml)
    add("data.fold", "--fold", fold?.toml)
    add("data.batch_size", "--batch-size", batchSize?.toml)
    add("data.cache", "--cache", cache?.toml)
    if unreadable.skipUnreadable { add("data.unreadable", "--skip-unreadable", .text("skip"), "") }
    if allowSharedPatients {
      add("data.allow_shared_patients", "--allow-shared-patients", .bool(true))
    }
    add("run.seed", "--seed", seed?.toml)
    add("image.size", "--size", size?.toml)
    add("image.intensity", "--intensity", intensity?.toml)
    add("image.method", "--resize", resize?.toml)
    add("image.frames", "--frames", frames?.toml)
    addAugmentation(add)
    add("model.arch", "--arch", arch?.toml)
    add("model.weights", "--weights", weights?.toml)
    add("model.part", "--part", weightsPart.part?.toml)
    add("model.output_stride", "--output-stride", outputStride?.toml)
    if recompute { add("model.recompute", "--recompute", .bool(true)) }
    add("train.epochs", "--epochs", epochs?.toml)
    add("train.freeze_epochs", "--freeze-epochs", freezeEpochs?.toml)
    add("train.monitor", "--monitor", monitor?.toml)
    add("train.on_bad_gradient", "--on-bad-gradient", onBadGradient?.toml)
    add("optimizer.lr", "--lr", lr?.toml)
    add("compute.threads", "--threads", threads?.toml)
    add("compute.workers", "--workers", workers?.toml)
    add("compute.precision", "--precision", precision?.toml)
    add("compute.convolution", "--convolution", convolution?.toml)
    return overrides
  }

  private func addAugmentation(_ add: (String, String, TOMLValue?, String?) -> Void) {
    if flip { add("augment.do_flip", "--flip", .bool(true), nil) }
    if augment == true { add("augment.enabled", "--augment", .bool(true), nil) }
    guard augment == false else { return }
    if flip {
      // Mirroring alone.
      for key in [
        "max_rotate", "max_lighting", "max_warp", "max_saturation", "max_hue", "erasing.p",
      ] {
        add("augment.\(key)", "--no-augment", .float(0), "")
      }
      for key in ["min_zoom", "max_zoom"] { add("augment.\(key)", "--no-augment", .float(1), "") }
    } else {
      add("augment.enabled", "--no-augment", .bool(false), "")
    }
  }
}

extension GradientCheck.Policy: ExpressibleByArgument {}
extension ResizeMethod: ExpressibleByArgument {}
extension CacheKind: ExpressibleByArgument {}

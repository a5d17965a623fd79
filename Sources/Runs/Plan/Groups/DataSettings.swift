public import DataBlocks
package import Settings

/// Images, labels, and how they are split and loaded.
public struct DataSettings: Sendable, Equatable {
  /// The images and their labels.
  public var table = LabelTable("", folder: "")
  /// The kind of the labels.
  public var target = TargetKind.category
  /// What separates the labels of a multi-category item (`label_delim`); nil: ";", "|" or a space, whichever occurs.
  public var labelDelimiter: String?
  /// Numbers per item of a regression (`n_out`); nil: as many as the first training item has.
  public var outputCount: Int?
  /// Which training items an epoch has.
  public var sampling = SamplingKind.shuffled
  /// Training items in an epoch, each time others (`n`, `partial_n`); nil: all.
  public var itemsPerEpoch: Int?
  /// Leave out a last training batch that is not full (`drop_last`).
  public var dropsLast = true
  /// How items are divided if their source has no split.
  public var split = SplitKind.automatic
  /// The share for validation if the table has no split: of patients if it names them, else of images (`valid_pct`).
  public var validFraction = 0.2
  /// Cross-validation: the number of folds, by patient and stratified by class; nil: none.
  ///
  /// Takes the place of `validFraction`, for tables whose split, if they have one, has no validation items.
  public var folds: Int?
  /// The fold that validates, from 0; nil: each in a separate run (`CrossValidation`).
  public var fold: Int?
  /// Images per step (`bs`).
  public var batchSize = 32
  /// Where images are kept after the transforms that are the same in each epoch.
  public var cache = CacheKind.memory
  /// What to do about files that cannot be read.
  public var unreadable = UnreadablePolicy.stop
  /// Train even if patients have images on both sides of the split.
  public var allowsSharedPatients = false

  /// Creates the defaults, without images.
  public init() {}
}

extension DataSettings: SettingsGroup {
  package static let fields: [SettingsField<Self>] = [
    SettingsField(
      "images", \.images,
      "The folder of the images; file names in the table are relative to it.",
      unset: "none, it is needed", aliases: ["path", "folder", "data"]),
    SettingsField(
      "labels", \.labels,
      "Where the labels are: in a table, CSV with a header (a path, or a name in `images`), or \"folders\" (`cat/1.png`, "
        + "`train/cat/1.png`), \"name:REGEX\" or \"path:REGEX\" (the first group is the label), \"dicom:ATTRIBUTE\".",
      unset: "labels.csv in `images`", aliases: ["csv", "table"]),
    SettingsField(
      "file_column", \.table.fileColumn, "The column with the file names.", aliases: ["fn_col"]),
    SettingsField(
      "label_column", \.table.labelColumn, "The column with the labels.", aliases: ["label_col"]),
    SettingsField(
      "split_column", \.splitColumn,
      "The column with train, valid (or val) or test; \"none\": no column, and folders of this name are no split.",
      unset: "split or is_valid, if it exists", aliases: ["valid_col"]),
    SettingsField(
      "patient_column", \.patientColumn,
      "The column with the patients; \"none\": patients do not count, those of DICOM headers neither.",
      unset: "patient or patient_id, if it exists; else PatientID of the DICOM headers"),
    SettingsField(
      "separator", \.table.separator, "The character between cells.", unset: "comma",
      aliases: ["sep"]),
    SettingsField(
      "target", \.target,
      "What labels are: one class, any number of labels that do not exclude each other, or numbers.",
      aliases: ["target_block", "y_block"]),
    SettingsField(
      "label_delim", \.labelDelimiter, Allowed("not empty") { !$0.isEmpty },
      "With multi_category: what separates the labels of an image.",
      unset: "\";\", \"|\" or a space, the first that occurs", aliases: ["label_delimiter"]),
    SettingsField(
      "n_out", \.outputCount, .within(1, 10_000),
      "With regression: numbers per image, separated by \";\" or blanks.",
      unset: "as many as the first training image has"),
    SettingsField(
      "sampling", \.sampling,
      "Which training images an epoch has: each once, or as many drawn so that all classes are equally probable.",
      aliases: ["weighted", "sampler"]),
    SettingsField(
      "items_per_epoch", \.itemsPerEpoch, .within(1, 1_000_000_000),
      "Training images in an epoch, drawn anew for each.", unset: "all",
      aliases: ["n", "partial_n"]),
    SettingsField(
      "drop_last", \.dropsLast,
      "Leave out a last training batch that is not full. One with a single image always is."),
    SettingsField(
      "split", \.split,
      "How images are divided if their source has no split: \"auto\" (by patient where patients are known, else by image), "
        + "\"random\" (by image), \"stratified\" (by image, the classes in equal shares), \"patient\", \"stratified_patient\".",
      aliases: ["splitter"]),
    SettingsField(
      "valid_pct", \.validFraction, .between(0, 1),
      "The fraction for validation if the table has no split: of the patients, else of the images.",
      aliases: ["valid_fraction"]),
    SettingsField(
      "folds", \.folds, .within(2, 1000),
      "Cross-validation by patient, stratified by class, in place of `valid_pct`: the number of folds.",
      unset: "none", aliases: ["n_splits", "k_folds"]),
    SettingsField(
      "fold", \.fold, .within(0, 999),
      "The fold that validates, from 0.", unset: "all, each in a separate run"),
    SettingsField(
      "batch_size", \.batchSize, .within(2, 1_000_000, "batch norm needs it"), "Images per step.",
      aliases: ["bs"]),
    SettingsField(
      "cache", \.cache,
      "Where decoded and resized images are kept: \"memory\" (up to a quarter of it), \"disk\" (also in files, for later "
        + "runs; they hold pixels of patients) or \"off\". The result is the same."),
    SettingsField(
      "unreadable", \.unreadable,
      "Files that cannot be read: stop, or skip and list them.", aliases: ["skip_unreadable"]),
    SettingsField(
      "allow_shared_patients", \.allowsSharedPatients,
      "Allow patients and images in more than one of training, validation and test."),
  ]

  private var images: String? {
    get { table.folder.isEmpty ? nil : table.folder }
    set { table.folder = newValue ?? "" }
  }

  private var labels: LabelSource? {
    get { table.source == .table("") ? nil : table.source }
    set { table.source = newValue ?? .table("") }
  }

  private var splitColumn: String? {
    get { table.splitColumn.map(Self.shown) }
    set { table.splitColumn = newValue.map(Self.column) }
  }

  private var patientColumn: String? {
    get { table.patientColumn.map(Self.shown) }
    set { table.patientColumn = newValue.map(Self.column) }
  }

  private static func column(_ word: String) -> String { word == "none" ? "" : word }
  private static func shown(_ column: String) -> String { column.isEmpty ? "none" : column }
}

/// Where decoded and resized images are kept.
public enum CacheKind: String, Sendable, CaseIterable {
  /// Nowhere.
  case off
  /// In memory.
  case memory
  /// In memory and in the user's folder for images (`LIGHTBOX_IMAGE_CACHE`).
  case disk

  var caching: ImageCaching {
    switch self {
    case .off: .off
    case .memory: .memory
    case .disk: .disk()
    }
  }
}

extension CacheKind: SettingsEnum {}

/// How items are divided at random.
public enum SplitKind: String, Sendable, CaseIterable {
  /// By patient where patients are known, else by image.
  case automatic = "auto"
  /// By image (`RandomSplitter`).
  case random
  /// By image, the classes in equal shares (`TrainTestSplitter`).
  case stratified
  /// By patient (`PatientSplitter`).
  case patient
  /// By patient, the classes in nearly equal shares (`StratifiedPatientSplitter`).
  case stratifiedPatient = "stratified_patient"
}

extension SplitKind: SettingsEnum {}

extension LabelSource: SettingsValue {
  package static var words: String {
    "a table, \"folders\", \"name:REGEX\", \"path:REGEX\" or \"dicom:ATTRIBUTE\""
  }

  package static func refusal(of node: TOMLNode) -> (problem: String, remedy: String?)? {
    guard let text = String(node) else { return nil }
    do throws(DataError) {
      _ = try LabelSource(text)
      return nil
    } catch {
      return (error.problem, error.remedy)
    }
  }

  package init?(_ node: TOMLNode) {
    guard let text = String(node), let source = try? LabelSource(text) else { return nil }
    self = source
  }

  package var toml: TOMLValue? { .text(text) }
}

extension CSVSeparator: SettingsEnum {
  package init?(_ node: TOMLNode) {
    guard let text = String(node) else { return nil }
    self.init(text)
  }
}
extension UnreadablePolicy: SettingsEnum {}

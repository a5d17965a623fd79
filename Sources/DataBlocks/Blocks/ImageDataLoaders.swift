import Files
import Tensors

/// Loaders of images in one line: fastai's `ImageDataLoaders`.
///
///     let dls = try ImageDataLoaders.fromFolder("pets", validPct: 0.2, itemTransforms: [Resize(224)])
///     let dls = try ImageDataLoaders.fromNameRegex("images", "(.+)_\\d+.jpg$", itemTransforms: [Resize(224)])
///
/// Random splits are fastai's for a seed. Where DICOM headers name a patient of several images, the split is by patient
/// (`PatientSplitter`), other than in fastai.
public enum ImageDataLoaders {
  /// Images in folders of their classes: `train/cat/1.png` and `valid/cat/2.png`, or `cat/1.png` (`from_folder`).
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - train: The name of the folder of training images.
  ///   - valid: The name of the folder of validation images.
  ///   - validPct: A random share for validation, in place of the two folders (`valid_pct`).
  ///   - seed: The seed of the split, of order and of random transforms.
  ///   - vocab: The classes. Default: those of the training images, sorted.
  ///   - itemTransforms: Transforms of 8-bit images; one of them fixes the size (`item_tfms`).
  ///   - batchTransforms: Transforms of float images (`batch_tfms`).
  ///   - batchSize: Images per batch (`bs`).
  ///   - workers: Threads that read and transform. Default: all cores.
  ///   - unreadable: What to do about files that cannot be read.
  /// - Returns: The loaders.
  /// - Throws: `DataError`.
  public static func fromFolder(
    _ path: String, train: String = "train", valid: String = "valid", validPct: Double? = nil,
    seed: UInt32 = 42, vocab: [String]? = nil, itemTransforms: [any Transform],
    batchTransforms: [any Transform] = [], batchSize: Int = 64, workers: Int? = nil,
    unreadable: UnreadablePolicy = .stop
  ) throws -> DataLoaders {
    let files = try getImageFiles(in: path, folders: validPct == nil ? [train, valid] : nil)
    let splitter: any Splitter =
      validPct.map { RandomPatientSplitter(validFraction: $0, seed: seed) }
      ?? GrandparentSplitter(train: train, valid: valid)
    return try loaders(
      files.map { DataItem(path: $0, label: parentLabel($0)) }, splitter,
      CategoryBlock(vocab: vocab),
      itemTransforms, batchTransforms, batchSize, workers, seed, unreadable)
  }

  /// Labels by a function of the file name without its folder (`from_name_func`, `label_func`).
  ///
  /// - Throws: `DataError`, and what the function throws.
  public static func fromNameFunc(
    _ path: String, _ labelFunc: (String) throws -> String, validPct: Double = 0.2,
    seed: UInt32 = 42, itemTransforms: [any Transform], batchTransforms: [any Transform] = [],
    batchSize: Int = 64, workers: Int? = nil, unreadable: UnreadablePolicy = .stop
  ) throws -> DataLoaders {
    try fromPathFunc(
      getImageFiles(in: path), { try labelFunc(PathParts($0).name) }, validPct: validPct,
      seed: seed, itemTransforms: itemTransforms, batchTransforms: batchTransforms,
      batchSize: batchSize, workers: workers, unreadable: unreadable)
  }

  /// Labels by a regular expression that is searched in the file name; its first group is the label (`from_name_re`).
  ///
  /// - Throws: `DataError` if the expression is invalid, has no group, or does not match the names: the first of them and
  ///   their number.
  public static func fromNameRegex(
    _ path: String, _ pattern: String, validPct: Double = 0.2, seed: UInt32 = 42,
    itemTransforms: [any Transform], batchTransforms: [any Transform] = [], batchSize: Int = 64,
    workers: Int? = nil, unreadable: UnreadablePolicy = .stop
  ) throws -> DataLoaders {
    let labeller = try RegexLabeller(pattern)
    let files = try getImageFiles(in: path)
    let labels = try labeller.labels(all: files.map { PathParts($0).name }, path: path)
    return try loaders(
      zip(files, labels).map { DataItem(path: $0, label: $1) },
      RandomPatientSplitter(validFraction: validPct, seed: seed), CategoryBlock(),
      itemTransforms, batchTransforms, batchSize, workers, seed, unreadable)
  }

  /// Labels of files, such as `getImageFiles(in:)` finds, by a function of the path (`from_path_func`).
  ///
  /// - Throws: `DataError`, and what the function throws.
  public static func fromPathFunc(
    _ files: [String], _ labelFunc: (String) throws -> String, validPct: Double = 0.2,
    seed: UInt32 = 42, itemTransforms: [any Transform], batchTransforms: [any Transform] = [],
    batchSize: Int = 64, workers: Int? = nil, unreadable: UnreadablePolicy = .stop
  ) throws -> DataLoaders {
    try loaders(
      files.map { DataItem(path: $0, label: try labelFunc($0)) },
      RandomPatientSplitter(validFraction: validPct, seed: seed), CategoryBlock(), itemTransforms,
      batchTransforms, batchSize, workers, seed, unreadable)
  }

  /// Labels of a table in the folder (`from_csv`).
  ///
  /// `csvName` is the table (`csv_fname`), `folder` the folder of the images in `path`, and `suffix` what is added to their names,
  /// such as ".jpg" (`suff`). File names are in the first column or in `fileColumn` (`fn_col`), labels in the second or in
  /// `labelColumn` (`label_col`); a `labelDelimiter` makes the target multi-category (`label_delim`), and `target` is another one
  /// (`y_block`). Items for validation are those of `validColumn` (`valid_col`), else of a column `split` or `is_valid`, else a random
  /// share.
  ///
  /// - Throws: `DataError` naming the table and the line.
  public static func fromCSV(
    _ path: String, csvName: String = "labels.csv", folder: String = "", suffix: String = "",
    fileColumn: String? = nil, labelColumn: String? = nil, labelDelimiter: String? = nil,
    validColumn: String? = nil, target: (any TargetBlock)? = nil, validPct: Double = 0.2,
    seed: UInt32 = 42, itemTransforms: [any Transform], batchTransforms: [any Transform] = [],
    batchSize: Int = 64, workers: Int? = nil, unreadable: UnreadablePolicy = .stop
  ) throws -> DataLoaders {
    let file = fullPath(csvName, folder: path)
    let names = try CSVTable(contentsOf: file).columns
    let table = LabelTable(
      file, folder: folder.isEmpty ? path : fullPath(folder, folder: path),
      fileColumn: fileColumn ?? names.first ?? "file",
      labelColumn: labelColumn ?? (names.count > 1 ? names[1] : "label"), splitColumn: validColumn)
    let target =
      target
      ?? (labelDelimiter == nil
        ? CategoryBlock() : MultiCategoryBlock(labelDelimiter: labelDelimiter))
    var found = try table.read(checkingFiles: suffix.isEmpty).labeled(for: target)
    let used = found.columns.split == nil ? found.items : found.items.filter { $0.split != .test }
    try found.check(used, skippingMissing: unreadable == .skip)
    for index in found.items.indices { found.items[index].path += suffix }
    let splitter: any Splitter =
      found.columns.split == nil
      ? RandomPatientSplitter(validFraction: validPct, seed: seed) : ColSplitter()
    return try loaders(
      found.items, splitter, target, itemTransforms, batchTransforms, batchSize, workers, seed,
      unreadable)
  }

  /// Labels in a list beside the files (`from_lists`); `target` is another target than categories (`y_block`).
  ///
  /// - Throws: `DataError`.
  /// - Precondition: There is a label per file.
  public static func fromLists(
    _ files: [String], labels: [String], target: any TargetBlock = CategoryBlock(),
    validPct: Double = 0.2, seed: UInt32 = 42, itemTransforms: [any Transform],
    batchTransforms: [any Transform] = [], batchSize: Int = 64, workers: Int? = nil,
    unreadable: UnreadablePolicy = .stop
  ) throws -> DataLoaders {
    precondition(files.count == labels.count, "\(files.count) files, \(labels.count) labels")
    return try loaders(
      zip(files, labels).map { DataItem(path: $0, label: $1) },
      RandomPatientSplitter(validFraction: validPct, seed: seed), target, itemTransforms,
      batchTransforms, batchSize, workers, seed, unreadable)
  }

  private static func loaders(
    _ items: [DataItem], _ splitter: any Splitter, _ target: any TargetBlock,
    _ itemTransforms: [any Transform], _ batchTransforms: [any Transform], _ batchSize: Int,
    _ workers: Int?, _ seed: UInt32, _ unreadable: UnreadablePolicy
  ) throws -> DataLoaders {
    try DataBlock(
      blocks: (ImageBlock(), target), splitter: splitter, itemTransforms: itemTransforms,
      batchTransforms: batchTransforms
    ).dataLoaders(
      items, batchSize: batchSize, workers: workers, seed: UInt64(seed), unreadable: unreadable)
  }
}

/// A random split, by patient where the items or DICOM headers name a patient of several images.
private struct RandomPatientSplitter: Splitter {
  let validFraction: Double
  let seed: UInt32

  func split(_ items: [DataItem]) -> (train: [Int], valid: [Int]) {
    var known = items
    let unknown = items.indices.filter { items[$0].patient == nil }
    for (index, patient) in zip(unknown, ItemFacts.patients(unknown.map { items[$0].path })) {
      known[index].patient = patient
    }
    if known.indicesByPatient.count < known.count {
      return PatientSplitter(validFraction: validFraction, seed: seed).split(known)
    }
    return RandomSplitter(validFraction: validFraction, seed: seed).split(items)
  }
}

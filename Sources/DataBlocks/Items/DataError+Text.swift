import Files
import Imaging

extension DataError {
  /// What is wrong, as a clause.
  public var problem: String {
    switch reason {
    case .dicom(let error): error.problem
    case .imageFile(let error): error.problem
    case .transformFailed(let name, let problem): "the transform \(name) failed: \(problem)"
    case .channels(let found, let expected):
      "the image has \(found) channels, the model takes \(expected)"
    case .size(let height, let width, let expected):
      "the pipeline gives \(height) x \(width) pixels instead of \(expected.height) x \(expected.width)"
    case .noFixedSize(let names):
      "no transform fixes the image size; the pipeline has \(list(names))"
    case .notMeasured: "the mean and the deviation of Normalize have not been measured"
    case .unknownTransform(let name):
      "the pipeline uses the transform \"\(name)\", which is not registered"
    case .invalidTransform(let name, let fault): "the transform \(name): \(fault)"
    case .tableUnreadable: "the table cannot be opened"
    case .noHeader: "the table has no header"
    case .duplicateColumn(let name): "the header names the column \(name.quoted) twice"
    case .cellCount(let found, let expected):
      "the row has \(found) cells, the header has \(expected)"
    case .quoteInsideCell: "there is a quotation mark inside an unquoted cell"
    case .quoteNotClosed: "a quotation mark is never closed"
    case .emptyFileName: "the file name is empty"
    case .outputNotFinite: "the model's output is not finite"
    case .missingLabel: "the training item has no label"
    case .duplicateFile(let file, let first): "the file \(file.visible) is in line \(first) already"
    case .unknownSplit(let name, let column):
      (name.isEmpty ? "the cell" : name.quoted)
        + (column.map { " in the column \($0.quoted)" } ?? "")
        + (name.isEmpty ? " is empty" : " is not a split")
    case .noRows: "the table has no rows"
    case .table(let fault): fault.problem
    case .labels(let fault): fault.problem
    case .annotation(let fault): fault.problem
    case .oneClass(let label):
      "all training items have the label \((label ?? "").quoted); a classifier needs two classes"
    case .noLabels: "no training item has a label"
    case .notNumbers(let label, let expected):
      "the label \(label.quoted) is not "
        + (expected.map { $0 == 1 ? "a finite number" : "\($0) finite numbers" }
          ?? "a list of finite numbers")
    case .cacheFolder(let problem): "the cache of images cannot be used: \(problem)"
    case .noItems(let part): "there are no items for \(part)"
    case .batchNotFilled(let items, let batchSize):
      "\(items) training items do not fill a batch of \(batchSize)"
    case .unknownLabel(let label, let known):
      "the label \(label.quoted) is not in the vocabulary: \(listed(known))"
    case .severalFrames(let count): "the file has \(count) frames"
    case .tooManyFrames(let count, let limit):
      "the file has \(count) frames; at most \(limit) of one file are read"
    case .unreadableFiles(let errors, let checked, let count):
      "\(errors.count) of \(checked < count ? "the first \(checked)" : "\(count)") images cannot "
        + "be read; correct them, or leave them out (--skip-unreadable):\n" + lines(errors)
    case .nothingReadable(let errors, let count, let mode):
      (mode == .training
        ? "no batch of training images is left" : "no image is left")
        + ": \(errors.count) of \(count) cannot be read\n" + lines(errors)
    }
  }

  /// What to do about it.
  public var remedy: String? {
    switch reason {
    case .dicom(let error): error.remedy
    case .imageFile(let error): error.remedy
    case .transformFailed: nil
    case .channels: "convert the image, or train with as many channels"
    case .size: "correct the transform's outputSize(of:)"
    case .noFixedSize: "add Resize(224)"
    case .notMeasured: "use the pipeline of DataLoaders, which measures them"
    case .unknownTransform(let name): "call Pipeline.register(\(name).self) before loading"
    case .invalidTransform: "correct the stored pipeline"
    case .tableUnreadable: "check the path and its permissions"
    case .noHeader: "name the columns in the first line"
    case .duplicateColumn: "rename one of them"
    case .cellCount: "check commas and quotation marks"
    case .quoteInsideCell: "quote the whole cell and double the mark"
    case .quoteNotClosed: "close it"
    case .emptyFileName, .missingLabel, .duplicateFile: "correct or remove the row"
    case .table(let fault): fault.remedy
    case .labels(let fault): fault.remedy
    case .annotation(let fault): fault.remedy
    case .outputNotFinite: "check the weights"
    case .unknownSplit(_, let column?) where DataSplit.isFlag(column):
      "use true or 1 for validation, false or 0 for training"
    case .unknownSplit(_, .some):
      "use train, valid (or val) or test, or leave the column out with --split-column none"
    case .unknownSplit: "use train, valid (or val) or test"
    case .noRows: "add rows of files and labels"
    case .notNumbers: "correct or remove the row"
    case .cacheFolder:
      "set LIGHTBOX_IMAGE_CACHE to another folder, or keep images in memory (--cache memory)"
    case .oneClass, .noItems, .noLabels: "check the labels and the split"
    case .batchNotFilled: "use a smaller batch size, or more images"
    case .unknownLabel: "correct the label, or add items of this class to the training set"
    case .severalFrames:
      "choose which are used: the first (--frames first) or every one (--frames all)"
    case .tooManyFrames: "split the file, or use its first frame (--frames first)"
    case .unreadableFiles, .nothingReadable: nil
    }
  }

  /// The first errors, one per line.
  private func lines(_ errors: [DataError]) -> String {
    let shown = 20
    var lines = errors.prefix(shown).map { "  \($0)" }
    if errors.count > shown { lines.append("  and \(errors.count - shown) more") }
    return lines.joined(separator: "\n")
  }

  private func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}

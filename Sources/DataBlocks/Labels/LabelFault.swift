package import Files

/// What is wrong with labels of folders, file names, DICOM headers or known tables.
package enum LabelFault: Sendable, Equatable {
  /// A regular expression that cannot be read, and why.
  case invalidPattern(String, String)
  /// A regular expression without a group.
  case patternWithoutGroup(String)
  /// A regular expression takes longer than a limit with a name.
  case slowPattern(String, name: String)
  /// A regular expression does not match these names: the first ones, their number, that of all.
  case unmatched([String], count: Int, of: Int, pattern: String)
  /// A regular expression matches these names, but its group is empty: the first ones, their number, that of all.
  case emptyGroup([String], count: Int, of: Int, pattern: String)
  /// Not a keyword or tag of an attribute.
  case unknownAttribute(String, nearest: String?)
  /// The attribute is missing or empty in these files: the first ones, their number, that of all.
  case withoutAttribute([String], count: Int, of: Int, attribute: String)
  /// A folder without images; the other files by their endings.
  case noImages(others: [String: Int], isDICOM: Bool)
  /// A folder has no image in these folders.
  case noSuchFolders([String])
  /// A folder with images, but no folders that could be classes.
  case noClassFolders(images: Int)
  /// Some folders are named after parts, others are not.
  case mixedFolders(parts: [String], others: [String])
  /// Folders that cannot be read.
  case unreadableFolders([FileError])
  /// A table that has the columns of several known formats.
  case severalFormats([String])
  /// Rows of one image say that it has a finding and that it has none.
  case contradiction(String, lines: [Int])
  /// A cell that the format of the table does not have.
  case unknownCell(String, column: String, allowed: String)
  /// Several files have the name of an image.
  case severalFiles(String, [String])
  /// A table with several labels per image, and a target of one.
  case severalLabels(String, format: String)
  /// There is no table, so there is no column.
  case noTable(column: String)
  /// A list of validation files has a name that is no item.
  case notAnItem(String)
  /// Patients are asked for, but none is known.
  case noPatients
  /// A random split is asked for by an option, but the data says which items are for what.
  case splitIsGiven(option: String, place: String)
  /// A share of the images, given by an option, is not one image.
  case emptyShare(option: String, Double, of: Int)
  /// Shared patients are allowed by an option, but no split can have any.
  case allowanceWithoutEffect(option: String)
  /// Classes that have validation images but no training images; `hasSingle`: one has one image or one patient only.
  case onlyInValidation([String], SplitOrigin, hasSingle: Bool)

  var problem: String {
    switch self {
    case .invalidPattern(let pattern, let reason):
      "\(pattern.quoted) is not a regular expression: \(reason.visible)"
    case .patternWithoutGroup(let pattern):
      "the regular expression \(pattern.quoted) has no group for the label"
    case .slowPattern(let pattern, let name):
      "the regular expression \(pattern.quoted) takes more than 5 seconds with the name \(FileName.shown(name).quoted)"
    case .unmatched(let names, let count, let total, let pattern):
      (count == 1 && total == 1
        ? "the name \(Self.shown(names, count)) does not match"
        : "\(count) of \(total) names do not match") + " the regular expression \(pattern.quoted)"
        + (total == 1 ? "" : ": \(Self.shown(names, count))")
    case .emptyGroup(let names, let count, let total, let pattern):
      "the group of the regular expression \(pattern.quoted) is empty in "
        + (count == 1 && total == 1
          ? "the name \(Self.shown(names, count))"
          : "\(count) of \(total) names: \(Self.shown(names, count))")
    case .unknownAttribute(let name, _): "\(name.quoted) is not an attribute of DICOM"
    case .withoutAttribute(let files, let count, let total, let attribute):
      "\(count) of \(total) DICOM files have no \(attribute): \(Self.shown(files, count))"
    case .noImages(let others, let isDICOM):
      "the folder has no \(isDICOM ? "DICOM file" : "DICOM, PNG or JPEG file")"
        + (others.isEmpty ? "" : ", but \(Self.endings(others))")
    case .noSuchFolders(let names): "there is no image in its folders \(listed(names))"
    case .noClassFolders(let count):
      "the \(count == 1 ? "image is" : "\(count) images are") in no folder that could be a class"
    case .mixedFolders(let parts, let others):
      "the folders \(listed(parts)) are named after parts of the data, but \(listed(others)) "
        + (others.count == 1 ? "is not" : "are not")
    case .unreadableFolders(let errors):
      errors.count == 1
        ? "the folder \(FileName.shown(errors[0].path).visible) cannot be read"
        : "\(errors.count) folders cannot be read: "
          + Self.shown(errors.prefix(5).map(\.path), errors.count)
    case .severalFormats(let names):
      "the table has the columns of \(names.joined(separator: " and of "))"
    case .contradiction(let image, let lines):
      "lines \(TableFault.numbers(lines, lines.count)) say that \(image.quoted) has a finding and that it has none"
    case .unknownCell(let cell, let column, let allowed):
      "\(cell.quoted) in the column \(column.quoted) is not \(allowed)"
    case .severalFiles(let name, let files):
      "\(files.count) files are called \(name.quoted): \(Self.shown(files.prefix(3), files.count))"
    case .severalLabels(let label, let format):
      "an image has the labels \(label.quoted), but one class per image is asked for (\(format))"
    case .noTable(let column):
      "there is no table that could have the column \(column.quoted)"
    case .notAnItem(let name): "\(name.quoted) is the name of no item"
    case .noPatients: "neither the table nor a DICOM header names a patient"
    case .splitIsGiven(let option, let place):
      "\(option) is given, but \(place) \(place.hasPrefix("the folders") ? "say" : "says") which items are for what"
    case .emptyShare(let option, let share, let count):
      "\(option) \(share) of \(count == 1 ? "1 image" : "\(count) images") is not one image"
    case .allowanceWithoutEffect(let option):
      "\(option): it has no effect, as the data gives no split, and the one that is drawn keeps patients and copies of "
        + "an image in one part"
    case .onlyInValidation(let names, _, _):
      "the \(names.count == 1 ? "class" : "classes") \(listed(names)) \(names.count == 1 ? "has" : "have") "
        + "validation images but no training images"
    }
  }

  var remedy: String? {
    switch self {
    case .invalidPattern, .patternWithoutGroup:
      "put the part of the name that is the label into parentheses, as in name:(.+)_[0-9]+.jpg$"
    case .slowPattern: "write it without a repetition within a repetition, such as (a*)*"
    case .emptyGroup:
      "put the part of the name that is the label into the first pair of parentheses, as in (.+) and not (.*)"
    case .unmatched: "correct the expression, or move these files out of the folder"
    case .unknownAttribute(_, let nearest):
      (nearest.map { "did you mean \($0)? " } ?? "")
        + "use a keyword, as in dicom:ViewPosition, or a tag, as in dicom:(0018,5101)"
    case .withoutAttribute: "use another attribute, or move these files out of the folder"
    case .noImages: "check the data folder"
    case .noSuchFolders: "name other folders, or draw a share for validation (validPct)"
    case .noClassFolders:
      "make a folder per class, or give labels by a table (--labels FILE), by names or paths "
        + "(--labels name:REGEX, --labels path:REGEX) or by a header (--labels dicom:ATTRIBUTE)"
    case .mixedFolders:
      "move one kind out of the data folder"
    case .unreadableFolders(let errors): errors[0].remedy ?? "check their permissions"
    case .severalFormats: "name the columns with --file-column and --label-column"
    case .contradiction: "remove the wrong rows"
    case .unknownCell: "correct or remove the row"
    case .severalFiles: "give a data folder that has one of them"
    case .severalLabels:
      "train with --target multi_category, or name another column with --label-column"
    case .noTable: "give labels by a table that has it (--labels FILE)"
    case .notAnItem: "correct or remove the line"
    case .noPatients:
      "name a column with --patient-column, or use --split random or --split stratified"
    case .splitIsGiven:
      "leave the option out, or the given split with --split-column none"
    case .emptyShare(let option, _, _):
      "give a larger \(option), so that it is one image (or, by patient, one patient) at least"
    case .allowanceWithoutEffect: "leave it out"
    case .onlyInValidation(_, .given, _): "correct the split, or leave the class out"
    case .onlyInValidation(_, .folds, _): "use fewer folds, or leave the class out"
    case .onlyInValidation(_, _, hasSingle: true):
      "a class with one image or one patient cannot be in both parts: add images of other patients, or leave it out"
    case .onlyInValidation(_, .drawn(let byPatient), _):
      "use \(SplitOrigin.stratifiedOption(byPatient: byPatient)) or another --seed, or leave the class out"
    case .onlyInValidation(_, .stratified, _):
      "use a smaller --valid-pct or another --seed, or leave the class out"
    }
  }

  /// "23 other files: .bmp (20), .txt (3)".
  static func endings(_ others: [String: Int]) -> String {
    let count = others.values.reduce(0, +)
    let sorted = others.sorted { (-$0.value, $0.key) < (-$1.value, $1.key) }
    return "\(count) other file\(count == 1 ? "" : "s"): "
      + sorted.prefix(5).map { "\($0.key.isEmpty ? "no ending" : $0.key.visible) (\($0.value))" }
      .joined(separator: ", ") + (sorted.count > 5 ? ", …" : "")
  }

  private static func shown(_ names: some Collection<String>, _ count: Int) -> String {
    names.map { FileName.shown($0).visible }.joined(separator: ", ")
      + (count > names.count ? " and \(count - names.count) more" : "")
  }
}

import Files

/// Something odd about data that is used all the same.
public struct DataWarning: Sendable, Equatable, CustomStringConvertible {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    /// Classes with nearly the same name, and their numbers of items.
    case similarClasses([String], counts: [Int])
    /// A class whose name is written in several ways, which are taken as one.
    case joinedSpellings(String, [String])
    /// A class whose name means a missing value elsewhere.
    case missingValueClass(String, count: Int)
    /// A class with one item.
    case singleItem(String)
    /// Classes with items for the test but none for training.
    case untrainedClasses([String])
    /// Classes with items for training but none for validation; `areSingle`: each has one image or one patient only.
    case unvalidatedClasses([String], SplitOrigin, areSingle: Bool)
    /// The monitored value was never a number; the classes without validation items.
    case monitorUndefined(String, unvalidated: [String])
    /// Rows without a label that are not used.
    case unlabeledRows(Int, in: String)
    /// Files that do not exist and are not used.
    case missingFiles(Int, in: String)
    /// Rows whose patient the table does not name, and how many of these have one in their DICOM header.
    case unknownPatients(Int, of: Int, inHeaders: Int)
    /// Identifiers of patients in the headers of DICOM files say nothing, as one stands for most of them.
    case constantPatient(Int)
    /// Items are kept together by the patients of DICOM headers, or because they are the same image.
    case grouped(patients: Int, images: Int)
    /// The same image or patient in two parts of the data, which was allowed.
    case overlap(SplitOverlap)
    /// The same image more than once in one part.
    case repeated(SplitOverlap)
    /// Images that the model was trained on are evaluated.
    case trainedOn(Int, of: Int)
    /// Images that chose the best epoch are evaluated.
    case validatedOn(Int, of: Int)
    /// Images in no class folder, which are not used.
    case outsideOfClasses(Int, example: String)
    /// Folders in the place of a class without an image.
    case emptyFolders([String])
    /// All images are in one folder, whose folders may be meant.
    case oneFolder(String, inner: [String], in: String)
    /// Links to folders that were visited already, so that their files are not used.
    case repeatedFolders([String])
    /// Files that were left out as they cannot be read, and the first.
    case leftOut(Int, first: String)
    /// A class has items of fewer patients than there are folds.
    case fewerPatientsThanFolds(String, patients: Int, folds: Int)
    /// The salt of pseudonyms cannot be kept in this file.
    case saltNotKept(path: String)
    /// Cropping to the aspect ratio of the input cuts more than a tenth off images.
    case cropped(Int, of: Int, size: ImageSize)
  }

  /// The facts.
  package let reason: Reason

  package init(_ reason: Reason) { self.reason = reason }

  /// The warning as a sentence.
  public var description: String {
    switch reason {
    case .similarClasses(let names, let counts):
      "the classes \(zip(names, counts).map { "\($0.quoted) (\($1))" }.joined(separator: ", ")) differ "
        + "only by case, blanks or the way a number is written; correct the labels if one is meant"
    case .joinedSpellings(let name, let ways):
      "the class \(name.quoted) is written in \(ways.count) ways that differ only by blanks at the ends or Unicode's "
        + "normal form, and are taken as one: \(ways.joined(separator: ", "))"
    case .missingValueClass(let name, let count):
      "\(count) \(count == 1 ? "item has" : "items have") the class \(name.quoted), which other programs write for a missing value"
    case .singleItem(let name): "the class \(name.quoted) has one item only"
    case .untrainedClasses(let names):
      "no training item has the \(names.count == 1 ? "class" : "classes") \(listed(names)), but test items have"
    case .unvalidatedClasses(let names, let origin, let areSingle):
      "\(Self.unvalidated(names)), so the metrics say nothing about \(names.count == 1 ? "it" : "them"); "
        + Self.remedy(names, origin, areSingle: areSingle)
    case .monitorUndefined(let monitor, let names):
      "\(monitor) was not a number in any epoch, so there is no best checkpoint, and the weights are those of the last "
        + "epoch" + (names.isEmpty ? "" : ": \(Self.unvalidated(names))")
        + (monitor.hasSuffix("_loss")
          ? "; check the labels, or use a lower learning rate"
          : names.isEmpty
            ? "; monitor another value, such as --monitor valid_loss"
            : "; correct the split, or monitor another value, such as --monitor valid_loss")
    case .unlabeledRows(let count, let part):
      "\(count) \(part) \(count == 1 ? "row has" : "rows have") no label"
    case .missingFiles(let count, let part):
      "\(count) \(part) \(count == 1 ? "file does" : "files do") not exist"
    case .unknownPatients(let count, let total, let known):
      "the table does not name the patient of \(count) of \(total) \(total == 1 ? "row" : "rows"); "
        + (known > 0
          ? "\(known) of them \(known == 1 ? "has" : "have") one in the DICOM header" : "")
        + (known > 0 && known < count ? ", and " : "")
        + (known == 0 ? "each" : known < count ? "each other one" : "")
        + (known < count ? " counts as a patient of its own" : "")
    case .constantPatient(let count):
      "\(count == 1 ? "1 DICOM file has a" : "\(count) DICOM files have one") PatientID, which is taken as a placeholder and not as a patient"
    case .grouped(let patients, let images):
      "the split keeps together "
        + [
          patients > 0
            ? "the images of \(patients == 1 ? "1 patient" : "each of \(patients) patients") (by the DICOM headers)"
            : nil,
          images > 0 ? "\(images) images that occur more than once" : nil,
        ].compactMap(\.self).joined(separator: " and ")
    case .overlap(let overlap): "\(overlap.problem); allowed"
    case .repeated(let overlap): overlap.problem
    case .trainedOn(let count, let total):
      "the metrics are optimistic: the model was trained on \(count) of the \(total == 1 ? "1 image" : "\(total) images"); evaluate others, "
        + "such as --split test or --split valid"
    case .validatedOn(let count, let total):
      "the metrics are slightly optimistic: \(count) of the \(total == 1 ? "1 image" : "\(total) images") "
        + "\(count == 1 ? "was" : "were") used to select the best epoch"
    case .outsideOfClasses(let count, let example):
      "\(count) \(count == 1 ? "image is" : "images are") in no class folder and not used, such as \(FileName.shown(example).visible)"
    case .emptyFolders(let names):
      names.count == 1
        ? "the folder \(listed(names)) has no image, so there is no such class"
        : "the folders \(listed(names)) have no image"
    case .oneFolder(let name, let inner, let folder):
      "all images are in the folder \(name.visible), so there is one class; if its folders "
        + "\(listed(inner)) are meant, give \(FileName.shown(fullPath(name, folder: folder)).visible)"
    case .repeatedFolders(let names):
      "\(listed(names.map(FileName.shown))): a link to a folder whose files are used already, so it is not followed"
    case .leftOut(let count, let first):
      "\(count) \(count == 1 ? "file or folder" : "files or folders") cannot be read and "
        + "\(count == 1 ? "is" : "are") left out: \(first)\(count > 1 ? "; …" : "")"
    case .fewerPatientsThanFolds(let name, let patients, let folds):
      "only \(patients) \(patients == 1 ? "patient has" : "patients have") the class \(name.quoted), so some of the \(folds) folds are validated without it"
    case .saltNotKept(let path):
      "the salt of the patients' pseudonyms cannot be kept in \(FileName.shown(path).visible), so each run of the program "
        + "has other pseudonyms; set LIGHTBOX_PATIENT_SALT to a file that can be written"
    case .cropped(let count, let total, let size):
      "the crop to \(size.height) x \(size.width) cuts more than a tenth off \(count) of \(total) \(total == 1 ? "film" : "films") "
        + "(\(Self.percent(count, of: total))); --resize pad or squish keeps \(count == 1 ? "it" : "them") whole"
    }
  }
}

extension DataWarning {
  /// What is odd about the classes of items.
  ///
  /// - Parameters:
  ///   - items: Items, one per label.
  ///   - others: Items of other parts, whose names are only compared.
  ///   - isTraining: Whether classes with a single item matter.
  /// - Returns: At most twelve warnings.
  package static func classes(
    of items: [DataItem], others: [DataItem] = [], isTraining: Bool
  ) -> [DataWarning] {
    var counts: [String: Int] = [:]
    for item in items { if let label = item.label { counts[label, default: 0] += 1 } }
    var all = counts
    for item in others { if let label = item.label { all[label, default: 0] += 1 } }
    var groups: [String: [String]] = [:]
    for name in all.keys { groups[ClassSpelling.key(name), default: []].append(name) }
    var warnings: [DataWarning] = []
    for names in groups.values.filter({ $0.count > 1 }).map({ $0.sorted() })
      .sorted(by: { $0[0] < $1[0] })
    {
      warnings.append(
        DataWarning(.similarClasses(names, counts: names.map { all[$0] ?? 0 })))
    }
    for name in counts.keys.sorted() {
      let count = counts[name] ?? 0
      if MissingValue.isName(name) {
        warnings.append(DataWarning(.missingValueClass(name, count: count)))
      }
      if isTraining, count == 1 { warnings.append(DataWarning(.singleItem(name))) }
    }
    // A column of numbers or texts as label gives thousands.
    let shown = 12
    return warnings.count > shown ? Array(warnings.prefix(shown)) : warnings
  }

  private static func unvalidated(_ names: [String]) -> String {
    "no validation item has the \(names.count == 1 ? "class" : "classes") \(listed(names))"
  }

  /// The way to validation items of classes.
  private static func remedy(
    _ names: [String], _ origin: SplitOrigin, areSingle: Bool
  ) -> String {
    let one = names.count == 1
    if areSingle {
      return
        "add images of other patients, as \(one ? "it has" : "each has") one image or one patient only, or leave "
        + "\(one ? "the class" : "the classes") out"
    }
    switch origin {
    case .given(let byPatient):
      return
        "correct the split, or draw one with --split-column none "
        + SplitOrigin.stratifiedOption(byPatient: byPatient)
    case .drawn(let byPatient):
      return
        "\(SplitOrigin.stratifiedOption(byPatient: byPatient)) gives each part its share of each class"
    case .stratified: return "give a larger --valid-pct, or add images"
    case .folds: return "use fewer folds, or add images of other patients"
    }
  }

  /// "37 %"; "less than 1 %" instead of 0.
  private static func percent(_ count: Int, of total: Int) -> String {
    let share = (Double(count) / Double(max(total, 1)) * 100).rounded(.down)
    return share < 1 ? "less than 1 %" : "\(Int(share)) %"
  }
}

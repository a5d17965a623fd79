package import DataBlocks
import Files
import Imaging
package import Settings

/// Settings of the data that were given although nothing reads them: leaving them out in silence would hide a mistake.
package enum SettingsWithoutEffect {
  /// Why a given setting of `[data]` has no effect, and the way out; nil if it has one.
  ///
  /// - Parameters:
  ///   - key: The key in `[data]`, such as "label_column".
  ///   - value: The value; "none" of a column is a choice that every source takes.
  ///   - source: Where the labels come from.
  /// - Returns: Clauses for a message.
  package static func ofColumn(
    _ key: String, _ value: String, with source: LabelSource
  ) -> (problem: String, remedy: String)? {
    guard source.tablePath == nil else { return nil }
    let place =
      switch source {
      case .table: ""
      case .folders: "the labels are those of folders"
      case .name: "the labels are those of file names"
      case .path: "the labels are those of paths"
      case .dicom: "the labels are those of DICOM headers"
      }
    switch key {
    case "file_column", "label_column", "separator": break
    case "split_column", "patient_column":
      if value == "none" { return nil }
    default: return nil
    }
    let other =
      switch key {
      case "split_column": ", or take the folders of parts for no split with --split-column none"
      case "patient_column": "; PatientID of DICOM headers is the patient"
      default: ""
      }
    return (
      "it has no effect, as \(place) and not in a table",
      "leave it out, or name the table with --labels\(other)"
    )
  }

  static let columnKeys = [
    "file_column", "label_column", "split_column", "patient_column", "separator",
  ]
}

/// The settings that the user gave, in the words of their place: "--valid-pct 0.3", "siim.toml:12".
///
/// They tell a setting that was given from a default of the same value.
package struct GivenSettings: Sendable {
  /// The words by dotted keys.
  package var words: [String: String] = [:]

  package init() {}
}

extension TrainingPlan {
  /// The share for validation if none is given.
  package static let usualValidFraction = DataSettings().validFraction

  /// Finds settings that were given and have no effect, and keeps those of which that depends on the data.
  ///
  /// A file of a run has all settings, so values of a file count only if they are not the defaults.
  mutating func checkEffects(_ root: TOMLTable, _ reader: inout SettingsReader) {
    let usual = DataSettings()
    let defaults = Dictionary(
      usual.states.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    let isReplaced = ["images", "labels", "split_column"].contains {
      root.node(at: ["data", $0])?.origin.isArgument == true
    }
    func given(_ key: String) -> TOMLNode? {
      guard let node = root.node(at: ["data", key]) else { return nil }
      if node.origin.isArgument { return node }
      // Another source of labels takes the place of the file's, with its columns.
      if isReplaced { return nil }
      if let usual = defaults[key] ?? nil, usual == node.value { return nil }
      return node
    }
    for key in SettingsWithoutEffect.columnKeys {
      guard let node = given(key), let value = String(node) else { continue }
      if let found = SettingsWithoutEffect.ofColumn(key, value, with: data.table.source) {
        reader.record(
          .invalid(key: "data.\(key)", problem: found.problem, remedy: found.remedy),
          at: node.origin)
      }
    }
    if let node = root.node(at: ["data", "allow_shared_patients"]), node.origin.isArgument {
      let option = "--allow-shared-patients"
      self.given.words["data.allow_shared_patients"] =
        node.origin.words.hasPrefix(option) ? option : node.origin.words
    }
    guard let node = given("valid_pct") else { return }
    if data.folds != nil {
      reader.record(
        .invalid(
          key: "data.valid_pct", problem: "it has no effect, as data.folds divides the images",
          remedy: "give one of them"), at: node.origin)
    }
    self.given.words["data.valid_pct"] =
      node.origin.isArgument ? node.origin.words : "data.valid_pct (\(node.origin.words))"
  }

  /// Refuses settings of a random split that were given, where the data says which items are for what.
  func checkGivenSplit(_ place: String, testFraction: Double, path: String) throws(DataError) {
    let option =
      data.split != .automatic
      ? "--split \(data.split.rawValue.replacing("_", with: "-"))"
      : testFraction > 0
        ? "--test-pct \(testFraction)"
        : given.words["data.valid_pct"] ?? given.words["split.seed"]
    guard let option else { return }
    throw DataError(.labels(.splitIsGiven(option: option, place: place)), path: path)
  }

  /// Refuses shared patients that were allowed by an option, where the parts that are drawn cannot have any.
  func checkAllowance(_ table: LabeledItems) throws(DataError) {
    guard allowsSharedPatients, let option = given.words["data.allow_shared_patients"] else {
      return
    }
    let isGiven = table.columns.split != nil && data.folds == nil
    guard !isGiven, data.split != .random, data.split != .stratified,
      !table.items.contains(where: { $0.split == .test })
    else { return }
    throw DataError(.labels(.allowanceWithoutEffect(option: option)), path: table.table.path)
  }

  /// Sets the channels of the model's input to those of several intensities, where they are not given.
  mutating func takeChannels(_ root: TOMLTable) {
    let count = image.intensity.channelCount
    guard count > 1, root.node(at: ["image", "channels"]) == nil else { return }
    image.channels = count
  }
}

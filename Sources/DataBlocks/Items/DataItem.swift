import Files

/// One image file with its label.
public struct DataItem: Sendable, Equatable {
  /// The path of the file.
  public var path: String
  /// The label, as the table or folder has it; nil if there is none.
  public var label: String?
  /// The part of the data, if a table says so.
  public var split: DataSplit?
  /// The patient, if a table says so.
  public var patient: String?
  /// The frame of a DICOM file with several, from 0; nil: as the pipeline's `ReadImage` says.
  public var frame: Int?
  /// The line of the table, from 1.
  package var line: Int?

  /// Creates an item.
  public init(
    path: String, label: String? = nil, split: DataSplit? = nil, patient: String? = nil,
    frame: Int? = nil
  ) {
    self.path = path
    self.label = label
    self.split = split
    // A blank cell is no patient whom other blank cells share.
    self.patient = patient.flatMap { $0.trimmed.isEmpty ? nil : $0 }
    self.frame = frame
  }

  /// The path, followed by the number of the frame, from 1, if one is meant: "film.dcm#2".
  public var name: String { path + (frame.map { "#\($0 + 1)" } ?? "") }
}

/// A part of the data.
public enum DataSplit: String, Sendable, Codable, CaseIterable {
  /// Training.
  case train
  /// Validation: choosing the best epoch.
  case valid
  /// Test: the final measures.
  case test

  /// Parses "train", "val", "valid", "validation" or "test"; letter case does not count.
  package init?(name: String) {
    switch name.trimmed.lowercased() {
    case "train", "training": self = .train
    case "val", "valid", "validation": self = .valid
    case "test", "testing": self = .test
    default: return nil
    }
  }

  /// Parses a cell; in a column `is_valid`, as fastai's `ColSplitter` reads it, true and 1 are validation.
  init?(name: String, column: String) {
    if Self.isFlag(column) {
      switch name.trimmed.lowercased() {
      case "true", "1", "1.0": self = .valid
      case "false", "0", "0.0": self = .train
      default: return nil
      }
      return
    }
    self.init(name: name)
  }

  /// Whether a column says of each item if it is for validation.
  static func isFlag(_ column: String) -> Bool {
    column.lowercased().filter { $0.isLetter } == "isvalid"
  }
}

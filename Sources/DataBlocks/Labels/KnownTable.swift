import Files

/// A published format of a table of labels, recognized by its columns.
enum KnownTable: String, Sendable, CaseIterable {
  /// SIIM-ACR's masks: `ImageId, EncodedPixels`; several rows per image, `-1` for no finding.
  case siim
  /// RSNA's boxes: `patientId, x, y, width, height, Target`; a row per box.
  case rsna
  /// NIH's ChestX-ray14: `Image Index, Finding Labels, …`; findings are separated by `|`.
  case nih

  static let severalLabels = "|"
  static let noFinding = "No Finding"

  /// What the format is called in messages.
  var name: String {
    switch self {
    case .siim: "SIIM's masks"
    case .rsna: "RSNA's boxes"
    case .nih: "NIH's findings"
    }
  }

  /// The columns of images and of labels.
  var columns: (file: String, label: String) {
    switch self {
    case .siim: ("ImageId", "EncodedPixels")
    case .rsna: ("patientId", "Target")
    case .nih: ("Image Index", "Finding Labels")
    }
  }

  /// The columns that tell the format, without case, blanks and punctuation.
  private var signature: Set<String> {
    switch self {
    case .siim: ["imageid", "encodedpixels"]
    case .rsna: ["patientid", "x", "y", "width", "height", "target"]
    case .nih: ["imageindex", "findinglabels"]
    }
  }

  /// The class of an image without findings, and that of the others; nil where the table names classes.
  var classes: (none: String, some: String)? {
    switch self {
    case .siim: ("No Pneumothorax", "Pneumothorax")
    case .rsna: ("No Pneumonia", "Pneumonia")
    case .nih: nil
    }
  }

  /// The format of a table; nil if it has columns of files and labels, or if these are named.
  ///
  /// - Throws: `DataError` if the table has the columns of several formats.
  init?(of table: CSVTable, for names: LabelTable) throws(DataError) {
    guard names.fileColumn == "file", names.labelColumn == "label" else { return nil }
    let known = ColumnSearch(table, folder: names.folder).plainNames
    if known.contains("file"), known.contains("label") { return nil }
    let found = Self.allCases.filter { $0.signature.isSubset(of: known) }
    guard found.count < 2 else {
      throw DataError(.labels(.severalFormats(found.map(\.name))), path: table.path)
    }
    guard let format = found.first else { return nil }
    self = format
  }

  /// The label of a row.
  ///
  /// - Returns: nil if the cell is empty.
  /// - Throws: `LabelFault` if it is none of the format.
  func label(_ cell: String, column: String) throws(LabelFault) -> String? {
    if cell.isEmpty { return nil }
    guard let classes else { return cell }
    if self == .siim {
      if cell == "-1" { return classes.none }
      guard cell.utf8.allSatisfy({ ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x20 }) else {
        throw .unknownCell(cell, column: column, allowed: "-1 or numbers of runs")
      }
      return classes.some
    }
    switch cell {
    case "0", "0.0": return classes.none
    case "1", "1.0": return classes.some
    default: throw .unknownCell(cell, column: column, allowed: "0 or 1")
    }
  }
}

extension LabelFault: Error {}

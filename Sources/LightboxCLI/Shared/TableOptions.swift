public import ArgumentParser
import Console
import Foundation
public import Lightbox

/// The images of a folder and their labels.
struct TableOptions: ParsableArguments {
  @Argument(help: "The folder of the images; file names in the table are relative to it.")
  var data: String

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

  func table() throws -> LabelTable {
    guard FileName.isFolder(data) else {
      throw ValidationError("there is no folder \(data)")
    }
    var source: LabelSource
    do throws(DataError) {
      source = try LabelSource(labels ?? "labels.csv")
    } catch {
      throw ValidationError("--labels \(labels ?? ""): \(error)")
    }
    if case .table = source {
      let candidates = labels.map { [$0, "\(data)/\($0)"] } ?? ["\(data)/labels.csv"]
      guard let path = candidates.first(where: FileName.exists) else {
        throw ValidationError(
          "there is no table \(candidates.joined(separator: " or ")); "
            + (labels == nil ? LabelSource.hint(for: data) : "give its path with --labels"))
      }
      source = .table(path)
    }
    try requireEffect(
      of: [
        ("file-column", fileColumn), ("label-column", labelColumn), ("split-column", splitColumn),
        ("patient-column", patientColumn), ("separator", separator?.rawValue),
      ], with: source)
    var table = LabelTable(source, in: data)
    table.fileColumn = fileColumn ?? table.fileColumn
    table.labelColumn = labelColumn ?? table.labelColumn
    table.splitColumn = name(splitColumn)
    table.patientColumn = name(patientColumn)
    table.separator = separator
    return table
  }

  /// Reads the table and says which columns were used.
  func read() throws -> LabeledItems {
    let content = try table().read()
    tell(content.columns)
    return content
  }

  private func name(_ column: String?) -> String? { column == "none" ? "" : column }
}

extension CSVSeparator: ExpressibleByArgument {
  /// Parses a name or the character.
  public init?(argument: String) { self.init(argument) }
}

/// Refuses options of columns that were given although the labels are in no table.
///
/// - Throws: `ValidationError`.
func requireEffect(
  of options: [(name: String, value: String?)], with source: LabelSource
) throws {
  for (name, value) in options {
    let key = name.replacing("-", with: "_")
    guard let value,
      let found = SettingsWithoutEffect.ofColumn(key, value, with: source)
    else { continue }
    throw ValidationError("--\(name) \(value.printable): \(found.problem); \(found.remedy)")
  }
}

/// Says which columns of a table are used.
func tell(_ columns: TableColumns) { say("lightbox: \(columns)") }

/// Says what is odd about data.
func tell(_ warning: DataWarning) { say("lightbox: warning: \(warning)") }

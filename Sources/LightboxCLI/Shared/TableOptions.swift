public import ArgumentParser
import Foundation
public import Lightbox

/// A table of image files and their labels.
struct TableOptions: ParsableArguments {
  @Argument(help: "The folder of the images; file names in the table are relative to it.")
  var data: String

  @Option(
    help:
      "The table of labels, CSV with a header: a path, or a name in <data>. Default: labels.csv in <data>."
  )
  var labels: String?

  @Option(help: "The column with the file names.")
  var fileColumn = "file"

  @Option(help: "The column with the labels.")
  var labelColumn = "label"

  @Option(
    help:
      "The column with train, valid (or val) or test; none: no column. Default: split, if it exists."
  )
  var splitColumn: String?

  @Option(
    help:
      "The column with the patients; none: no column, only the patients of DICOM headers. Default: patient or patient_id, if it exists."
  )
  var patientColumn: String?

  @Option(help: "The character between cells: comma, semicolon, tab or pipe. Default: comma.")
  var separator: CSVSeparator?

  func table() throws -> LabelTable {
    guard FileName.isFolder(data) else {
      throw ValidationError("there is no folder \(data)")
    }
    let candidates = labels.map { [$0, "\(data)/\($0)"] } ?? ["\(data)/labels.csv"]
    guard let path = candidates.first(where: FileName.exists) else {
      throw ValidationError(
        "there is no table \(candidates.joined(separator: " or ")); give its path with --labels")
    }
    return LabelTable(
      path, folder: data, fileColumn: fileColumn,
      labelColumn: labelColumn, splitColumn: name(splitColumn), patientColumn: name(patientColumn),
      separator: separator)
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

/// Says which columns of a table are used.
func tell(_ columns: TableColumns) { say("lightbox: \(columns)") }

/// Says what is odd about data.
func tell(_ warning: DataWarning) { say("lightbox: warning: \(warning)") }

import ArgumentParser
import Lightbox

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

  @Option(help: "The column with train, valid (or val) or test. Default: split, if it exists.")
  var splitColumn: String?

  @Option(help: "The column with the patients. Default: patient, if it exists.")
  var patientColumn: String?

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
      labelColumn: labelColumn, splitColumn: splitColumn, patientColumn: patientColumn)
  }
}

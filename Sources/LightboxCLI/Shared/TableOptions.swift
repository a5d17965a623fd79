import ArgumentParser
import Foundation
import Lightbox

/// A table of image files and their labels.
struct TableOptions: ParsableArguments {
  @Argument(help: "The folder that file names in the table are relative to.")
  var data: String

  @Option(
    help: ArgumentHelp(
      "The table of labels (CSV with a header): a path, or a name in DATA. "
        + "Default: labels.csv in DATA."))
  var labels: String?

  @Option(help: "The column of file names.")
  var fileColumn = "file"

  @Option(help: "The column of labels.")
  var labelColumn = "label"

  @Option(help: "The column of train, valid (or val) and test. Default: split, if there is one.")
  var splitColumn: String?

  @Option(help: "The column of patients. Default: patient, if there is one.")
  var patientColumn: String?

  func table() throws -> LabelTable {
    let files = FileManager.default
    guard files.fileExists(atPath: data) else {
      throw ValidationError("there is no folder \(data)")
    }
    let candidates = labels.map { [$0, "\(data)/\($0)"] } ?? ["\(data)/labels.csv"]
    guard let path = candidates.first(where: { files.fileExists(atPath: $0) }) else {
      throw ValidationError(
        "there is no table \(candidates.joined(separator: " or ")); name it with --labels")
    }
    return LabelTable(
      path, folder: data, fileColumn: fileColumn,
      labelColumn: labelColumn, splitColumn: splitColumn, patientColumn: patientColumn)
  }
}

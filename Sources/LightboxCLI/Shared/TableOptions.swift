import ArgumentParser
import Foundation
import Lightbox

/// A table of image files and their labels.
struct TableOptions: ParsableArguments {
  @Argument(help: "The folder that file names in the table are relative to.")
  var data: String

  @Option(help: "The table of labels (CSV with a header): a path, or a name in DATA.")
  var labels = "labels.csv"

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
    let inFolder = "\(data)/\(labels)"
    guard files.fileExists(atPath: labels) || files.fileExists(atPath: inFolder) else {
      throw ValidationError(
        "there is no table \(labels), neither here nor in \(data); name it with --labels")
    }
    return LabelTable(
      files.fileExists(atPath: labels) ? labels : inFolder, folder: data, fileColumn: fileColumn,
      labelColumn: labelColumn, splitColumn: splitColumn, patientColumn: patientColumn)
  }
}

import ArgumentParser
import Foundation
import Lightbox

/// Where the items and their labels are.
struct TableOptions: ParsableArguments {
  @Argument(help: "The folder that the file names in the table are relative to.")
  var data: String

  @Option(help: "The table of labels, comma-separated with a header; in DATA unless a path.")
  var labels = "labels.csv"

  @Option(help: "Its column of file names.")
  var fileColumn = "file"

  @Option(help: "Its column of labels.")
  var labelColumn = "label"

  @Option(help: "Its column of train, valid (or val) and test; \"split\" if there is one.")
  var splitColumn: String?

  @Option(help: "Its column of patients; \"patient\" if there is one.")
  var patientColumn: String?

  /// The table: a path as given, or a name within DATA.
  var tablePath: String {
    FileManager.default.fileExists(atPath: labels) ? labels : "\(data)/\(labels)"
  }

  func items() throws -> [DataItem] {
    guard FileManager.default.fileExists(atPath: data) else {
      throw ValidationError("there is no folder \(data)")
    }
    guard FileManager.default.fileExists(atPath: tablePath) else {
      throw ValidationError(
        "there is no table \(labels), neither here nor in \(data); name it with --labels")
    }
    return try [DataItem](
      table: tablePath, root: data, fileColumn: fileColumn, labelColumn: labelColumn,
      splitColumn: splitColumn, patientColumn: patientColumn)
  }
}

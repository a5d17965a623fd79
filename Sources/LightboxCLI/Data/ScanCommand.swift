import ArgumentParser
import Console
import Lightbox

struct ScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan", abstract: "Summarize a folder of DICOM files.",
    discussion: """
      Files are recognized by their content. The exit code is 2 if a DICOM file cannot be read.
      """)

  @Argument(help: "The folder to scan.")
  var folder: String

  @Option(help: "Maximum number of unreadable and duplicate files to list.")
  var show = 20

  func run() throws {
    let line = ProgressLine()
    let scan = try DICOMScan(of: folder) { line.show("files read", $0, of: $1) }
    print(scan.summary(limit: show))
    if !scan.faults.isEmpty { throw ExitCode(2) }
  }
}

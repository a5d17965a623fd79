import ArgumentParser
import Console
import Lightbox

struct ScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan", abstract: "Summarize a folder of DICOM files.",
    discussion: """
      Files are recognized by their content. Links are followed; hidden files are left out. The exit \
      code is 1 if there is no DICOM file, and 2 if a DICOM file or a folder cannot be read.
      """)

  @Argument(help: "The folder to scan.")
  var folder: String

  @Option(help: "Maximum number of entries of each list, such as unreadable files, 0 to 1000000.")
  var show = 20

  func validate() throws { try requireOption("--show", show, in: 0...1_000_000) }

  func run() throws {
    let line = ProgressLine()
    let scan = try DICOMScan(of: folder) { line.show("files read", $0, of: $1) }
    print(scan.summary(limit: show))
    if !scan.faults.isEmpty || !scan.unreadableFolders.isEmpty { throw ExitCode(2) }
    if scan.isEmpty {
      say("Error: \(FileName.shown(folder)): there is no DICOM file in this folder; check the path")
      throw ExitCode(1)
    }
  }
}

import ArgumentParser
import Lightbox

struct ScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan", abstract: "Show what is in a folder of DICOM files.",
    discussion:
      "Files are told by their content. The exit code is 2 if a DICOM file cannot be read.")

  @Argument(help: "The folder.")
  var folder: String

  @Option(help: "Name at most so many unreadable files.")
  var show = 20

  func run() throws {
    let line = CountLine(what: "reading")
    let scan = try DICOMScan(of: folder) { line.show($0, $1) }
    print(
      "\(scan.fileCount) files: \(scan.imageCount) DICOM images, \(scan.otherCount) other DICOM, "
        + "\(scan.directoryCount) DICOMDIR, \(scan.foreignFiles.count) of other kinds, "
        + "\(scan.faults.count) unreadable")
    print("\(scan.patientCount) patients; \(scan.imagesWithoutPatient) images name none")
    for (title, counts) in [
      ("modality", scan.modalities), ("transfer syntax", scan.transferSyntaxes),
      ("photometric interpretation", scan.photometricInterpretations), ("bits", scan.bits),
      ("view", scan.viewPositions), ("pixel spacing", scan.spacings), ("size", scan.sizes),
      ("gray values", scan.applied),
    ] where !counts.isEmpty {
      print("\n\(title)")
      for (name, count) in counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }).prefix(12)
      {
        let number = String(count)
        print("  " + String(repeating: " ", count: max(0, 8 - number.count)) + number + "  " + name)
      }
    }
    if !scan.duplicates.isEmpty {
      print("\n\(scan.duplicates.count) SOP instance identifiers stand in several files:")
      for paths in scan.duplicates.values.prefix(show) {
        print("  " + paths.joined(separator: " = "))
      }
    }
    if !scan.faults.isEmpty {
      print("\nunreadable")
      for fault in scan.faults.prefix(show) { print("  \(fault.reason)") }
      if scan.faults.count > show { print("  and \(scan.faults.count - show) more (--show)") }
      throw ExitCode(2)
    }
  }
}

import Foundation
import Imaging
import TestSupport
import Testing

@Suite("DICOM files against independent readers")
struct DICOMFileTests {
  @Test("pixels, attributes and errors of every bundled file are those of the reference")
  func bundled() throws {
    let fixtures = try DICOMFixtures(root: Fixture.url("dicom"))
    #expect(fixtures.entries.count == 77)
    check(fixtures)
  }

  /// The folder LIGHTBOX_DICOM_FIXTURES contains `expected.json` and `files/`.
  @Test(
    "pixels, attributes and errors of every file in an external folder are those of the reference",
    .enabled(if: ProcessInfo.processInfo.environment["LIGHTBOX_DICOM_FIXTURES"] != nil))
  func external() throws {
    let folder = ProcessInfo.processInfo.environment["LIGHTBOX_DICOM_FIXTURES"] ?? ""
    let fixtures = try DICOMFixtures(root: URL(fileURLWithPath: folder))
    #expect(fixtures.entries.count > 0)
    check(fixtures)
  }

  private func check(_ fixtures: DICOMFixtures) {
    for entry in fixtures.entries {
      guard let name = entry["file"] as? String else {
        Issue.record("an entry without a file")
        continue
      }
      let check = DICOMCheck(
        path: fixtures.folder.appendingPathComponent(name).path, entry: entry)
      for fault in check.faults { Issue.record("\(name) (\(check.outcome)): \(fault)") }
    }
  }
}

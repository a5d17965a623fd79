import Foundation
import Imaging
import TestSupport
import Testing

@Suite("DICOM files against independent readers")
struct DICOMFileTests {
  @Test("every shipped file gives the pixels, attributes and refusals of the reference")
  func shipped() throws {
    let fixtures = try DICOMFixtures(root: Fixture.url("dicom"))
    #expect(fixtures.entries.count >= 40)
    check(fixtures)
  }

  /// The folder named by LIGHTBOX_DICOM_FIXTURES holds `expected.json` and `files/`.
  @Test(
    "every file of a folder outside gives the pixels, attributes and refusals of the reference",
    .enabled(if: ProcessInfo.processInfo.environment["LIGHTBOX_DICOM_FIXTURES"] != nil))
  func outside() throws {
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

import DataBlocks
import Files
import Foundation
import Imaging
import Scanning
import TestSupport
import Testing

@Suite("Scans of folders")
struct DataScanTests {
  private func finding(_ kind: String, _ summary: ScanSummary) -> ScanSummary.Finding? {
    summary.findings.first { $0.kind == kind }
  }

  private func values(_ name: String, _ summary: ScanSummary) -> [String: Int] {
    let values = summary.properties.first { $0.name == name }?.values ?? []
    return Dictionary(uniqueKeysWithValues: values.map { ($0.value, $0.count) })
  }

  @Test("reference files: images, reports, directories, foreign and unreadable files, duplicates")
  func reference() throws {
    let work = try ScanFolder()
    for name in [
      "siim-chest-pa.dcm", "dx_image.dcm", "text.dcm", "zero-length.dcm", "CT_small.dcm",
      "CT_small-cut.dcm", "DICOMDIR", "test-SR.dcm",
    ] {
      try work.write(try Fixture.bytes("dicom/files/\(name)"), to: name)
    }
    try work.write(try Fixture.bytes("dicom/files/CT_small.dcm"), to: "copy")
    try work.write(Array("x".utf8), to: ".hidden")
    var options = DataScan.Options()
    options.threads = 3
    let scan = try DataScan(of: work.path, options: options)
    let summary = ScanSummary(scan)
    #expect(scan.files.map(\.path) == scan.files.map(\.path).sorted())
    #expect(summary.files == 9 && summary.dicomImages == 4 && summary.otherDICOM == 1)
    #expect(summary.dicomDirectories == 1 && summary.otherFiles == 1 && summary.unreadable == 2)
    #expect(summary.patients == 3 && summary.imagesWithoutPatient == 0 && summary.hidden == 1)
    #expect(values("modality", summary)["CT"] == 2)
    #expect(values("photometric", summary) == ["MONOCHROME1": 1, "MONOCHROME2": 3])
    #expect(values("low values are", summary) == ["white": 1, "black": 3])
    #expect(values("bits", summary) == ["8 of 8": 2, "16 of 16 signed": 2])
    #expect(values("gray values", summary)["MONOCHROME1 inversion"] == 1)
    #expect(finding("identical-files", summary)?.entries == ["CT_small.dcm = copy"])
    #expect(finding("identical-pixels", summary) == nil)
    #expect(finding("unreadable", summary)?.count == 2)
    #expect(finding("not-images", summary)?.entries == ["text.dcm"])
    let text = summary.text()
    #expect(
      text.hasPrefix(
        "9 files: 4 DICOM images, 1 other DICOM, 1 DICOMDIR, 1 of other kinds,\n    2 unreadable\n"),
      "\(text)")
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
    #expect(try getDICOMFiles(in: work.path).count == 7)
  }

  @Test("copies under another header, constant and nearly constant images, mixed polarity")
  func pixels() throws {
    let work = try ScanFolder()
    for seed in 0..<4 {
      try work.film("\(seed).dcm", seed: seed, ["PatientID": "p\(seed)", "ViewPosition": "PA"])
    }
    try work.film("twin.dcm", seed: 0, ["PatientID": "other", "ViewPosition": "PA"])
    let gray = PixelBuffer(width: 48, height: 48, channels: 1, filledWith: 90)
    try work.film("flat.dcm", image: gray)
    try work.film("flat2.dcm", image: gray, ["PatientID": "q"])
    var nearly = gray
    for i in 0..<10 { nearly.samples[i] = 255 }
    try work.film("nearly.dcm", image: nearly)
    try work.film("white.dcm", seed: 8, isInverted: true, ["ViewPosition": "LL"])
    let summary = ScanSummary(try DataScan(of: work.path))
    #expect(finding("identical-pixels", summary)?.entries == ["0.dcm = twin.dcm"])
    #expect(finding("constant", summary)?.entries == ["flat.dcm", "flat2.dcm"])
    #expect(finding("nearly-constant", summary)?.entries == ["nearly.dcm"])
    #expect(finding("mixed-polarity", summary)?.entries == ["white.dcm"])
    #expect(finding("lateral-among-frontal", summary)?.entries == ["white.dcm"])
    #expect(finding("without-patient", summary)?.count == 3)
    #expect(values("view", summary) == ["PA": 5, "LL": 1, "none": 3])

    var options = DataScan.Options()
    options.readsPixels = false
    let headers = ScanSummary(try DataScan(of: work.path, options: options))
    #expect(finding("constant", headers) == nil && finding("identical-pixels", headers) == nil)
    #expect(headers.text().contains("pixels were not read"))
    #expect(values("view", headers) == values("view", summary))
  }

  @Test("identifiers are counted by attribute, never shown; placeholders are none")
  func identifiers() throws {
    let work = try ScanFolder()
    try work.film(
      "a.dcm", seed: 1,
      [
        "PatientName": "Mustermann^Erika", "PatientID": "4711-secret",
        "PatientBirthDate": "19640812", "InstitutionName": "Charity Hospital",
        "BurnedInAnnotation": "YES", "StudyDate": "19010101", "StudyTime": "000000.00",
      ])
    try work.film(
      "b.dcm", seed: 2,
      ["PatientName": "Anonymous", "PatientBirthDate": "", "PatientIdentityRemoved": "YES"])
    let index = work.path + ".sqlite"
    defer { try? FileManager.default.removeItem(atPath: index) }
    var options = DataScan.Options()
    options.index = .file(index)
    let scan = try DataScan(of: work.path, options: options)
    let summary = ScanSummary(scan)
    let counts = Dictionary(
      uniqueKeysWithValues: summary.identifiers.map { ($0.value, $0.count) })
    #expect(
      counts == ["PatientName": 1, "PatientBirthDate": 1, "InstitutionName": 1], "\(counts)")
    #expect(finding("patient-names", summary)?.entries == ["a.dcm"])
    #expect(finding("burned-in-stated", summary)?.entries == ["a.dcm"])
    #expect(values("identity removed", summary) == ["YES": 1, "none": 1])
    let table = work.path + ".csv"
    let page = work.path + ".html"
    defer { for path in [table, page] { try? FileManager.default.removeItem(atPath: path) } }
    try scan.writeCSV(to: table)
    try ScanPage(scan, summary, thumbnails: true).write(to: page, limit: 10)
    let json = try JSONEncoder().encode(summary)
    var written = [summary.text(limit: 100), String(decoding: json, as: UTF8.self)]
    for path in [table, page, index] {
      written.append(
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self))
    }
    for text in written {
      for secret in ["Mustermann", "4711", "19640812", "Charity"] {
        #expect(!text.contains(secret), "\(secret)")
      }
    }
    for path in [page, index] {
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o600, "\(path)")
    }
  }

  @Test("a table: patients and images on several sides, rows without images, images without rows")
  func table() throws {
    let work = try ScanFolder()
    for (name, patient) in [("a", "1"), ("b", "1"), ("c", "2"), ("d", "2"), ("e", "3")] {
      try work.film("\(name).dcm", seed: Int(patient) ?? 0, ["PatientID": patient])
    }
    try work.film("extra.dcm", seed: 9, ["PatientID": "9"])
    func item(_ name: String, _ label: String, _ split: DataSplit) -> DataItem {
      DataItem(path: "\(work.path)/\(name).dcm", label: label, split: split)
    }
    var scan = try DataScan(of: work.path)
    scan.compare(
      with: [
        item("a", "x", .train), item("b", "y", .valid), item("c", "x", .train),
        item("d", "x", .train), item("e", "x", .test), item("none", "x", .test),
      ], table: "labels.csv")
    let summary = ScanSummary(scan)
    #expect(
      finding("patients-on-several-sides", summary)?.entries == ["train: a.dcm = valid: b.dcm"])
    #expect(
      finding("images-on-several-sides", summary)?.entries == ["train: a.dcm = valid: b.dcm"])
    #expect(finding("conflicting-labels", summary)?.entries == ["a.dcm = b.dcm"])
    #expect(finding("rows-without-image", summary)?.entries == ["\(work.path)/none.dcm"])
    #expect(finding("images-without-row", summary)?.entries == ["extra.dcm"])
  }

  @Test("PNG and JPEG folders: sizes, colors, duplicates, damage")
  func pictures() throws {
    let work = try ScanFolder()
    let image = ScanFolder.image(3, side: 64)
    let png = try PNG.encode(image)
    try work.write(png, to: "x/a.png")
    try work.write(png, to: "y/b.png")
    try work.write(try PNG.encode(image, compression: 1), to: "y/c.png")
    try work.write(try JPEG.encode(ScanFolder.image(5, side: 40)), to: "x/d.jpg")
    try work.write(png.prefix(png.count / 2), to: "x/cut.png")
    let summary = ScanSummary(try DataScan(of: work.path))
    #expect(summary.pictures == 4 && summary.unreadable == 1 && summary.dicomImages == 0)
    #expect(values("size", summary) == ["64 x 64": 3, "40 x 40": 1])
    #expect(values("transfer syntax", summary) == ["PNG": 3, "JPEG": 1])
    #expect(finding("identical-files", summary)?.entries == ["x/a.png = y/b.png"])
    #expect(finding("identical-pixels", summary)?.entries == ["x/a.png = y/b.png = y/c.png"])
    #expect(finding("unreadable", summary)?.entries.first?.hasPrefix("x/cut.png: ") == true)
    #expect(!summary.text().contains("patient ID"))
    var options = DataScan.Options()
    options.readsPixels = false
    let headers = ScanSummary(try DataScan(of: work.path, options: options))
    #expect(values("size", headers)["40 x 40"] == 1)
  }

  @Test("an empty folder is empty, a missing one is an error")
  func nothing() throws {
    let work = try ScanFolder()
    #expect(try DataScan(of: work.path).isEmpty)
    #expect(ScanSummary(try DataScan(of: work.path)).text().hasPrefix("0 files: "))
    #expect(throws: ScanError(.noFolder, path: work.path + "/none")) {
      try DataScan(of: work.path + "/none")
    }
  }
}

import Foundation
import GRDB
import Imaging
import Scanning
import TestSupport
import Testing

@Suite("Tables of headers")
struct HeaderTableTests {
  private static let names = ["CR1-6154.dcm", "siim-chest-pa.dcm"]

  private func cell(_ table: HeaderTable, _ row: Int, _ column: String) -> String {
    table.columns.firstIndex(of: column).map { table.rows[row][$0] } ?? "no column"
  }

  @Test("columns and values as fastai's from_dicoms: statistics, several values, the file name")
  func values() throws {
    let paths = Self.names.map { Fixture.path("dicom/files/\($0)") }
    let table = HeaderTable(fromDicoms: paths)
    #expect(table.rows.count == 2 && table.unreadable.isEmpty)
    // min, max, mean, std, pct_window of fastai 2.8.
    let expected = [
      [1994, 2802, 2523.792969, 141.120433, 0],
      [0, 254, 160.398039, 53.854885, 0.08702946],
    ]
    for row in 0..<2 {
      let found = ["img_min", "img_max", "img_mean", "img_std", "img_pct_window"].map {
        Double(cell(table, row, $0)) ?? .nan
      }
      expectClose(found, expected[row], absolute: 1e-6, relative: 1e-6, Self.names[row])
      #expect(cell(table, row, "fname") == paths[row])
    }
    #expect(cell(table, 0, "Rows") == "16" && cell(table, 1, "Columns") == "1024")
    #expect(cell(table, 0, "Modality") == "CR")
    #expect(cell(table, 1, "MultiPixelSpacing") == "1")
    let first = try #require(table.columns.firstIndex(of: "MultiPixelSpacing"))
    #expect(
      table.columns[first + 1] == "PixelSpacing" && table.columns[first + 2] == "PixelSpacing1")
    #expect(table.columns.suffix(6).first == "fname")
    #expect(!table.columns.contains("PixelData"))
  }

  @Test("pixels that cannot be decoded have statistics of 0; files that are no DICOM have no row")
  func damage() throws {
    let paths = ["CT_small-cut.dcm", "test-SR.dcm", "text.dcm"].map {
      Fixture.path("dicom/files/\($0)")
    }
    let table = HeaderTable(fromDicoms: paths)
    #expect(table.rows.count + table.unreadable.count == 3 && table.unreadable.count >= 1)
    for row in table.rows.indices {
      #expect(cell(table, row, "img_min") == "0" && cell(table, row, "img_pct_window") == "")
    }
    let headers = HeaderTable(fromDicoms: paths, readsPixels: false)
    #expect(headers.columns.last == "fname")
  }

  @Test("as CSV and SQLite, readable by the owner only")
  func files() throws {
    let work = try ScanFolder()
    try work.film(
      "a.dcm", seed: 1,
      ["PatientID": "007", "PatientName": "Doe, \"J\"", "PixelSpacing": "0.5\\0.25"])
    let scan = try DataScan(of: work.path)
    let table = scan.headerTable()
    let csv = work.path + "/t.csv"
    let database = work.path + "/t.sqlite"
    try table.write(to: csv)
    try table.write(to: database)
    try table.write(to: database)
    let text = try String(contentsOfFile: csv, encoding: .utf8)
    #expect(text.split(separator: "\n").count == 2 && text.contains(#""Doe, ""J""""#))
    let row = try #require(
      try DatabaseQueue(path: database).read {
        try Row.fetchOne(
          $0,
          sql: "select PatientID, PixelSpacing1, Rows, img_mean, MultiPixelSpacing from dicoms")
      })
    #expect(row[0] as String == "007" && row[1] as Double == 0.25 && row[2] as Int == 48)
    #expect(row[4] as Int == 1 && (row[3] as Double) > 20)
    for path in [csv, database] {
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
    #expect { try table.write(to: work.path + "/t.xlsx") } throws: { "\($0)".contains(".sqlite") }
  }
}

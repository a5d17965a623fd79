import DataBlocks
import Files
import Foundation
import Imaging
import Interpret
import Runs
import TestSupport
import Testing

@Suite("interpret.json")
struct ExplanationRecordTests {
  /// The records of a DICOM file and a PNG file, as written.
  private func written(_ work: Workspace) throws -> (records: [ExplanationRecord], text: String) {
    try work.plan(try work.table()).quietRun(in: work.file("run"))
    let run = try SavedRun(work.file("run"))
    let film = work.file("film.dcm")
    try DICOMImageWriter(kind: .computedRadiography).write(
      PixelBuffer(
        width: 40, height: 30, channels: 1, samples: (0..<1200).map { UInt8($0 * 7 % 251) }),
      to: film,
      attributes: [
        "ImagerPixelSpacing": "0.3\\0.2", "PatientOrientation": "L\\F", "ViewPosition": "PA",
        "SOPInstanceUID": "1.2.3",
      ])
    var settings = InterpretSettings()
    settings.method = "grad-cam"
    settings.layers = ["layer3"]
    settings.options = .fmi
    settings.boxes = .fmi
    let records = try run.interpret(
      [film, work.file("0.png")], to: work.file("maps"), settings: settings)
    return (records, try work.text("maps/interpret.json"))
  }

  private func decoded(_ text: String) throws -> [ExplanationRecord] {
    try JSONDocument(Data(text.utf8)).decode([ExplanationRecord].self)
  }

  @Test("a DICOM file's facts and millimeters are in the file; a PNG file has none")
  func facts() throws {
    let work = try Workspace()
    let (records, text) = try written(work)
    let read = try decoded(text)
    #expect(read.map(\.boxes) == records.map(\.boxes))
    let facts = try #require(read[0].facts)
    #expect(facts.spacing == DICOMSpacing(row: 0.3, column: 0.2, kind: .detector))
    #expect(facts.sopInstanceUID == "1.2.3" && facts.sideMark?.text == "R")
    #expect(read[0].imageSize == ImageSize(height: 30, width: 40))
    // The middle square.
    #expect(read[0].extent == BoundingBox(x0: 5, y0: 0, x1: 35, y1: 30))
    let boxes = try #require(read[0].boxes)
    #expect(!boxes.isEmpty)
    for box in boxes {
      let millimeters = try #require(box.millimeters)
      expectClose(
        [millimeters.width, millimeters.height], [box.box.width * 0.2, box.box.height * 0.3],
        absolute: 1e-9)
      #expect(millimeters.words == "at the detector, magnification not corrected")
      #expect(box.rule == .peakCell && box.score > 0 && box.score <= 1)
    }
    #expect(read[1].facts == nil && read[1].boxes?.contains { $0.millimeters != nil } == false)
    let map = try #require(read[0].maps?.first)
    #expect(map.rows * map.columns == map.values.count)
    #expect(map.grid == .even(try #require(read[0].inputSize), rows: 8, columns: 8))
    #expect(!map.target.isEmpty)
  }

  @Test("what is missing, misspelled or twice in the file is named")
  func strict() throws {
    let work = try Workspace()
    let text = try written(work).text
    for (old, new, field) in [
      ("\"rule\":\"peak-cell\"", "\"rule\":\"peak-cel\"", "[0].boxes[0].rule"),
      ("\"score\":", "\"scor\":", "[0].boxes[0].score"),
      ("\"kind\":\"detector\"", "\"kind\":\"patient\"", "[0].boxes[0].millimeters.kind"),
      ("\"stepX\":", "\"stepx\":", "[0].maps[0].grid.stepX"),
      ("\"status\":\"evidence\"", "\"status\":\"yes\"", "[0].maps[0].status"),
      ("\"file\":", "\"file\":\"x\",\"file\":", "file"),
    ] {
      let changed = text.replacingOccurrences(of: old, with: new)
      #expect(changed != text)
      let error = #expect(throws: JSONFault.self) { try decoded(changed) }
      #expect(
        error.map { "\($0)".contains(field) } == true, "\(field): \(String(describing: error))")
    }
  }
}

import Foundation
import Imaging
import Testing

@Suite("Scale and sides of DICOM files")
struct ImageFactsTests {
  private static let pixelSpacing: (UInt16, UInt16) = (0x0028, 0x0030)
  private static let imagerSpacing: (UInt16, UInt16) = (0x0018, 0x1164)
  private static let scannedSpacing: (UInt16, UInt16) = (0x0018, 0x2010)
  private static let magnification: (UInt16, UInt16) = (0x0018, 0x1114)
  private static let calibrationType: (UInt16, UInt16) = (0x0028, 0x0A02)
  private static let imagePlane: (UInt16, UInt16) = (0x0020, 0x0037)
  private static let orientation: (UInt16, UInt16) = (0x0020, 0x0020)
  private static let view: (UInt16, UInt16) = (0x0018, 0x5101)

  private func file(_ elements: [((UInt16, UInt16), String, String)]) throws -> DICOMFile {
    let bytes = DICOMBuilder.sound { builder in
      for ((group, element), kind, text) in elements { builder.add(group, element, kind, text) }
    }
    return try DICOMFile(bytes: bytes, name: "facts")
  }

  /// Numbers and text of one spacing.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var pixel: String?
    var imager: String?
    var scanned: String?
    var factor: String?
    var type: String?
    var plane = false
    let expected: DICOMSpacing?
  }

  static let cases: [Case] = [
    Case(testDescription: "nothing", expected: nil),
    Case(
      testDescription: "PixelSpacing alone is of an unknown plane; rows come first",
      pixel: "0.3\\0.2", expected: DICOMSpacing(row: 0.3, column: 0.2, kind: .unknown)),
    Case(
      testDescription: "a factor does not change a spacing of an unknown plane", pixel: "0.3\\0.2",
      factor: "1.5", expected: DICOMSpacing(row: 0.3, column: 0.2, kind: .unknown)),
    Case(
      testDescription: "ImagerPixelSpacing alone is the detector's", imager: "0.3\\0.2",
      expected: DICOMSpacing(row: 0.3, column: 0.2, kind: .detector)),
    Case(
      testDescription: "both equal: the detector's", pixel: "0.3\\0.2", imager: "0.30\\0.200",
      expected: DICOMSpacing(row: 0.3, column: 0.2, kind: .detector)),
    Case(
      testDescription: "equal but for rounding: the detector's", pixel: "0.14306\\0.14306",
      imager: "0.143\\0.143",
      expected: DICOMSpacing(row: 0.143, column: 0.143, kind: .detector)),
    Case(
      testDescription: "both, different: calibrated", pixel: "0.3\\0.2", imager: "0.33\\0.22",
      expected: DICOMSpacing(row: 0.3, column: 0.2, kind: .calibrated)),
    Case(
      testDescription: "different between columns only: calibrated", pixel: "0.3\\0.2",
      imager: "0.3\\0.22", expected: DICOMSpacing(row: 0.3, column: 0.2, kind: .calibrated)),
    Case(
      testDescription: "the detector's, with the magnification", imager: "0.3\\0.2", factor: "1.25",
      expected: DICOMSpacing(row: 0.24, column: 0.16, kind: .estimated)),
    Case(
      testDescription: "both equal, with the magnification", pixel: "0.3\\0.2", imager: "0.3\\0.2",
      factor: "1.25", expected: DICOMSpacing(row: 0.24, column: 0.16, kind: .estimated)),
    Case(
      testDescription: "calibrated already: the magnification is not used again",
      pixel: "0.24\\0.16", imager: "0.3\\0.2", factor: "1.25",
      expected: DICOMSpacing(row: 0.24, column: 0.16, kind: .calibrated)),
    Case(
      testDescription: "invalid factors", imager: "0.3\\0.2", factor: "1",
      expected: DICOMSpacing(row: 0.3, column: 0.2, kind: .detector)),
    Case(
      testDescription: "a factor below 1", imager: "0.3\\0.2", factor: "0.5",
      expected: DICOMSpacing(row: 0.3, column: 0.2, kind: .detector)),
    Case(
      testDescription: "a factor of 110 percent", imager: "0.3\\0.2", factor: "110",
      expected: DICOMSpacing(row: 0.3, column: 0.2, kind: .detector)),
    Case(
      testDescription: "calibrated by geometry", pixel: "0.3\\0.2", imager: "0.3\\0.2",
      type: "GEOMETRY",
      expected: DICOMSpacing(row: 0.3, column: 0.2, kind: .calibrated, calibration: .geometry)),
    Case(
      testDescription: "calibrated by an object, alone", pixel: "0.3\\0.2", type: "FIDUCIAL",
      expected: DICOMSpacing(row: 0.3, column: 0.2, kind: .calibrated, calibration: .fiducial)),
    Case(
      testDescription: "a calibration that the standard does not have", pixel: "0.3\\0.2",
      type: "NONE", expected: DICOMSpacing(row: 0.3, column: 0.2, kind: .unknown)),
    Case(
      testDescription: "a slice", pixel: "0.7\\0.6", plane: true,
      expected: DICOMSpacing(row: 0.7, column: 0.6, kind: .calibrated)),
    Case(
      testDescription: "a digitized film", scanned: "0.175\\0.17",
      expected: DICOMSpacing(row: 0.175, column: 0.17, kind: .unknown)),
    Case(
      testDescription: "a digitized film, not corrected", pixel: "0.175\\0.17",
      scanned: "0.175\\0.17", expected: DICOMSpacing(row: 0.175, column: 0.17, kind: .unknown)),
    Case(
      testDescription: "a digitized film, calibrated", pixel: "0.16\\0.15", scanned: "0.175\\0.17",
      expected: DICOMSpacing(row: 0.16, column: 0.15, kind: .calibrated)),
    Case(testDescription: "zero", pixel: "0\\0.2", expected: nil),
    Case(testDescription: "negative", pixel: "-0.3\\-0.3", expected: nil),
    Case(testDescription: "beyond reason", pixel: "1e300\\1e300", expected: nil),
    Case(testDescription: "one number", pixel: "0.3", expected: nil),
    Case(testDescription: "a word", pixel: "NaN\\0.3", expected: nil),
    Case(
      testDescription: "not valid: the detector's counts", pixel: "0\\0", imager: "0.3\\0.2",
      expected: DICOMSpacing(row: 0.3, column: 0.2, kind: .detector)),
  ]

  @Test("the spacing of pixels and its plane", arguments: cases)
  func spacing(_ one: Case) throws {
    let elements: [((UInt16, UInt16), String, String?)] = [
      (Self.magnification, "DS", one.factor), (Self.imagerSpacing, "DS", one.imager),
      (Self.scannedSpacing, "DS", one.scanned),
      (Self.imagePlane, "DS", one.plane ? "1\\0\\0\\0\\1\\0" : nil),
      (Self.pixelSpacing, "DS", one.pixel), (Self.calibrationType, "CS", one.type),
    ]
    let found = try file(elements.compactMap { tag, kind, text in text.map { (tag, kind, $0) } })
      .pixelSpacing
    #expect(found?.kind == one.expected?.kind && found?.calibration == one.expected?.calibration)
    if let found, let expected = one.expected {
      #expect(abs(found.row - expected.row) < 1e-3 * expected.row)
      #expect(abs(found.column - expected.column) < 1e-3 * expected.column)
      #expect(found.row != found.column || expected.row == expected.column)
    }
  }

  @Test("the spacing of an enhanced object is in its functional groups")
  func enhanced() throws {
    func sequence(_ group: UInt16, _ element: UInt16, _ content: [UInt8]) -> [UInt8] {
      var builder = DICOMBuilder(syntax: nil)
      builder.add(group, element, "SQ", builder.item(content))
      return builder.bytes
    }
    var measures = DICOMBuilder(syntax: nil)
    measures.add(0x0028, 0x0030, "DS", "0.3\\0.2")
    let groups = sequence(0x0028, 0x9110, measures.bytes)
    let bytes = DICOMBuilder.sound { $0.append(sequence(0x5200, 0x9229, groups)) }
    let found = try DICOMFile(bytes: bytes, name: "enhanced").pixelSpacing
    #expect(found == DICOMSpacing(row: 0.3, column: 0.2, kind: .unknown))
  }

  @Test("what a size is, in words")
  func words() {
    func words(_ kind: DICOMSpacing.Kind, _ type: DICOMSpacing.Calibration? = nil) -> String {
      DICOMSpacing(row: 1, column: 1, kind: kind, calibration: type).words
    }
    #expect(words(.detector) == "at the detector, magnification not corrected")
    #expect(words(.unknown) == "the file does not say in which plane")
    #expect(words(.estimated) == "in the patient, by the file's estimate of the magnification")
    #expect(words(.calibrated) == "in the patient, calibrated")
    #expect(
      words(.calibrated, .geometry) == "in the patient, calibrated by geometry for an assumed depth"
    )
    #expect(
      words(.calibrated, .fiducial) == "in the patient, calibrated by an object of known size")
    let size = DICOMSpacing(row: 0.3, column: 0.2, kind: .detector).size(
      of: BoundingBox(x0: 10, y0: 10, x1: 30, y1: 20))
    #expect(size.width == 4 && size.height == 3)
  }

  @Test(
    "the side of the patient at an edge of the image",
    arguments: [
      // orientation, view, plane: mark, edge
      ("L\\F", "PA", "", "R left"), ("R\\F", "PA", "", "L left"), ("L\\F", "", "", "R left"),
      ("LA\\F", "", "", "R left"), ("L\\H", "AP", "", "R left"), ("l\\f", "", "", "R left"),
      // An image that lies on its side: the patient's left is below.
      ("F\\L", "PA", "", "R top"), ("H\\R", "PA", "", "L top"),
      // A lateral film shows no side.
      ("A\\F", "LL", "", ""), ("P\\F", "", "", ""), ("PL\\F", "", "", ""),
      // Animals.
      ("LE\\V", "", "", "R left"), ("RT\\V", "", "", "L left"), ("CD\\V", "", "", ""),
      // Not stated.
      ("", "PA", "", "R (assumed) left"), ("", "AP", "", "R (assumed) left"),
      ("", "ap", "", "R (assumed) left"), ("", "AP SUPINE", "", "R (assumed) left"),
      ("", "LL", "", ""), ("", "", "", ""), ("", "PATIENT", "", ""), ("", "LAP", "", ""),
      // Half of it is not stated.
      ("L", "", "", ""), ("\\F", "PA", "", "R (assumed) left"),
      // From the plane of a slice.
      ("", "", "1\\0\\0\\0\\1\\0", "R left"), ("", "", "-1\\0\\0\\0\\0\\-1", "L left"),
      ("", "", "0\\1\\0\\0\\0\\-1", ""), ("", "", "0.99\\0.1\\0\\-0.1\\0.99\\0", "R left"),
      ("R\\F", "", "1\\0\\0\\0\\1\\0", "L left"),
    ])
  func sides(orientation: String, view: String, plane: String, expected: String) throws {
    let facts = ImageFacts(
      try file(
        [
          (Self.view, "CS", view), (Self.orientation, "CS", orientation),
          (Self.imagePlane, "DS", plane),
        ].filter { !$0.2.isEmpty }))
    let mark = facts.sideMark.map { "\($0.text) \($0.edge.rawValue)" } ?? ""
    #expect(mark == expected)
    if let mark = facts.sideMark {
      let other: ImageFacts.Edge = mark.edge == .left ? .right : .bottom
      let opposite = try #require(facts.side(at: other))
      #expect(opposite.side != mark.side && opposite.isAssumed == mark.isAssumed)
      #expect(facts.side(at: mark.edge == .left ? .top : .left) == nil)
    }
  }

  @Test("texts beyond the standard's length are left out")
  func long() throws {
    let facts = ImageFacts(
      try file([
        (Self.view, "CS", String(repeating: "PA ", count: 6) + "PA"),
        (Self.orientation, "CS", String(repeating: "L", count: 17) + "\\F"),
      ]))
    #expect(facts.viewPosition == nil && facts.patientOrientation.isEmpty && facts.sideMark == nil)
  }

  @Test("facts are coded with their names")
  func coding() throws {
    let facts = ImageFacts(
      spacing: DICOMSpacing(row: 0.3, column: 0.2, kind: .calibrated, calibration: .fiducial),
      patientOrientation: ["L", "F"], viewPosition: "PA", sopInstanceUID: "1.2.3")
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let data = try encoder.encode(facts)
    #expect(
      String(decoding: data, as: UTF8.self)
        == #"{"patientOrientation":["L","F"],"sopInstanceUID":"1.2.3","spacing":{"calibration":"#
        + #""FIDUCIAL","column":0.2,"kind":"calibrated","row":0.3},"viewPosition":"PA"}"#)
    #expect(try JSONDecoder().decode(ImageFacts.self, from: data) == facts)
  }
}

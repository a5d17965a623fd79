import DataBlocks
import Foundation
import Imaging
import Interpret
import Tensors
import TestSupport
import Testing

@Suite("Boxes in millimeters")
struct BoxMillimeterTests {
  private final class Folder {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("lightbox-\(UUID())")
      .path
    init() throws {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  private let film = PixelBuffer(width: 120, height: 80, channels: 1)

  /// The explanation of a file with a block of 3 x 2 input pixels: 15 x 10 original pixels.
  private func explanation(_ image: PreparedImage) -> Explanation {
    let values = (0..<256).map {
      (4..<7).contains($0 % 16) && (8..<10).contains($0 / 16) ? Float(1) : 0
    }
    let map = ClassMap(
      classIndex: 0, className: "a", probability: 1, map: Tensor(values, shape: [16, 16]),
      grid: .even(ImageSize(height: 16, width: 16), rows: 16, columns: 16))
    return Explanation(of: image, maps: [map])
  }

  @Test("from the file to the box: width by columns, height by rows, with the kind")
  func fromFile() throws {
    let folder = try Folder()
    let pipeline = Pipeline([Resize(16)])
    for (attributes, spacing, words) in [
      (
        ["PixelSpacing": "0.3\\0.2"], (0.3, 0.2), "the file does not say in which plane"
      ),
      (
        ["ImagerPixelSpacing": "0.3\\0.2"], (0.3, 0.2),
        "at the detector, magnification not corrected"
      ),
      (
        ["ImagerPixelSpacing": "0.3\\0.2", "EstimatedRadiographicMagnificationFactor": "1.25"],
        (0.24, 0.16), "in the patient, by the file's estimate of the magnification"
      ),
      (
        ["PixelSpacing": "0.3\\0.2", "PixelSpacingCalibrationType": "FIDUCIAL"], (0.3, 0.2),
        "in the patient, calibrated by an object of known size"
      ),
    ] {
      let path = "\(folder.path)/film.dcm"
      try DICOMImageWriter(kind: .computedRadiography).write(
        film, to: path,
        attributes: attributes.merging(["ViewPosition": "PA", "SOPInstanceUID": "1.2.3"]) { $1 })
      let image = try pipeline.prepare(path)
      #expect(image.facts.sopInstanceUID == "1.2.3" && image.facts.viewPosition == "PA")
      #expect(image.facts.sideMark?.text == "R (assumed)")
      let found = explanation(image)
      #expect(found.facts == image.facts && found.keeping([0]).facts == image.facts)
      let rules: [BoxRule] = [.relative(0.5), .peakCell]
      for (rule, size) in zip(rules, [(15.0, 10.0), (5, 5)]) {
        let box = try #require(found.boxes(BoxOptions(rule: rule)).first)
        expectClose([box.box.width, box.box.height], [size.0, size.1], absolute: 1e-9)
        let millimeters = try #require(box.millimeters)
        expectClose(
          [millimeters.width, millimeters.height, millimeters.area],
          [
            size.0 * spacing.1, size.1 * spacing.0, size.0 * size.1 * spacing.0 * spacing.1,
          ], absolute: 1e-9)
        #expect(millimeters.words == words && millimeters.kind == image.facts.spacing?.kind)
      }
      // The bytes of a file have the same facts.
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      #expect(try pipeline.prepare(bytes: bytes).facts == image.facts)
    }
  }

  @Test("PNG, JPEG, pixels in memory and a DICOM file without a spacing have none")
  func none() throws {
    let folder = try Folder()
    let pipeline = Pipeline([Resize(16)])
    var images = [try pipeline.prepare(film)]
    for name in ["film.png", "film.jpg"] {
      try film.write(to: "\(folder.path)/\(name)")
      images.append(try pipeline.prepare("\(folder.path)/\(name)"))
    }
    for image in images {
      #expect(image.facts == ImageFacts())
      let boxes = explanation(image).boxes(BoxOptions(rule: .relative(0.5)))
      #expect(boxes.count == 1 && boxes.allSatisfy { $0.millimeters == nil })
    }
    try DICOMImageWriter().write(film, to: "\(folder.path)/film.dcm")
    let plain = try pipeline.prepare("\(folder.path)/film.dcm")
    #expect(plain.facts.spacing == nil && plain.facts.sopInstanceUID != nil)
    #expect(plain.facts.sideMark == nil)
    #expect(explanation(plain).boxes.allSatisfy { $0.millimeters == nil })
  }

  @Test("a box that is cut at the border is measured after the cut")
  func cut() throws {
    let image = PreparedImage(
      input: Tensor.zeros([1, 1, 16, 16]),
      original: PixelBuffer(width: 30, height: 80, channels: 1),
      geometry: ImageGeometry(scaleX: 5, scaleY: 5, offsetX: 0, offsetY: 0),
      facts: ImageFacts(spacing: DICOMSpacing(row: 0.5, column: 0.25, kind: .detector)))
    // Columns 4 to 6 of the input are 20 to 35; the original ends at 30.
    let box = try #require(explanation(image).boxes(BoxOptions(rule: .relative(0.5))).first)
    #expect(box.box == BoundingBox(x0: 20, y0: 40, x1: 30, y1: 50))
    #expect(box.millimeters?.width == 2.5 && box.millimeters?.height == 5)
    #expect(box.area == 100 && box.millimeters?.area == 12.5)
  }
}

import Foundation
import Imaging
import TestSupport
import Testing

@Suite("DICOM writing and scanning")
struct DICOMWriterTests {
  private static func ramp(_ width: Int, _ height: Int) -> PixelBuffer {
    PixelBuffer(
      width: width, height: height, channels: 1,
      samples: (0..<width * height).map { (i: Int) -> UInt8 in
        UInt8((i % width * 2 + i / width * 3) % 200)
      })
  }

  private static func inFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "lightbox-dicom-" + UUID().uuidString
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test("an uncompressed image of odd size round trips with its attributes")
  func uncompressed() throws {
    try Self.inFolder { folder in
      let path = folder + "/a.dcm"
      let image = Self.ramp(33, 21)
      try DICOMImageWriter().write(
        image, to: path,
        attributes: [
          "PatientID": "7", "ViewPosition": "PA", "PixelSpacing": "0.5\\0.25",
          "SOPInstanceUID": "1.2.3.4", "PatientName": "Gr\u{fc}n^A",
        ])
      let file = try DICOMFile(contentsOf: path)
      #expect(try file.display() == image)
      #expect(file.patientID == "7")
      #expect(file.viewPosition == "PA")
      #expect(file.sopInstanceUID == "1.2.3.4")
      #expect(file.string("PatientName") == "Gr\u{fc}n^A")
      #expect(file.pixelSpacing == DICOMSpacing(row: 0.5, column: 0.25, kind: .unknown))
      #expect(file.transferSyntax?.uid == "1.2.840.10008.1.2.1")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.dcm"])
      #expect(try DICOMFile.readHeader(of: path).storedPixels().samples == .uint8(image.samples))
    }
  }

  @Test("a JPEG image round trips within a few gray levels, and its bytes are reproducible")
  func jpeg() throws {
    try Self.inFolder { folder in
      let image = PixelBuffer(
        width: 64, height: 48, channels: 1,
        samples: (0..<64 * 48).map { (i: Int) -> UInt8 in UInt8(i % 64 * 2 + i / 64) })
      let writer = DICOMImageWriter(compression: .jpegBaseline(quality: 95), isInverted: true)
      for name in ["a", "b"] {
        try writer.write(image, to: folder + "/" + name, attributes: ["Modality": "CR"])
      }
      let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/a"))
      #expect(bytes == (try Data(contentsOf: URL(fileURLWithPath: folder + "/b"))))
      let file = try DICOMFile(contentsOf: folder + "/a")
      #expect(file.transferSyntax?.uid == "1.2.840.10008.1.2.4.50")
      #expect(file.string("LossyImageCompression") == "01")
      guard case .uint8(let stored) = try file.storedPixels().samples else {
        Issue.record("not 8 bits")
        return
      }
      #expect(zip(stored, image.samples).allSatisfy { abs(Int($0) - Int($1)) <= 4 })
      #expect(try file.display().samples == stored.map { 255 - $0 })
    }
  }

  @Test("12-bit values round trip")
  func twelveBits() throws {
    try Self.inFolder { folder in
      let values = (0..<15).map { UInt16($0 * 273) }
      try DICOMImageWriter().write(
        values, width: 5, height: 3, bitsStored: 12, to: folder + "/a",
        attributes: ["RescaleSlope": "-2", "RescaleIntercept": "10"])
      let file = try DICOMFile(contentsOf: folder + "/a")
      #expect(try file.storedPixels().samples == .uint16(values))
      #expect(try file.modality(frame: 0).values == values.map { Float($0) * -2 + 10 })
      #expect(try file.display().samples.first == 255)
      let wanted = values.map { (v: UInt16) -> UInt8 in
        let y = (1010 - 2 * Double(v)) / 1000 * 255
        return UInt8(min(max(y + 0.5, 0), 255))
      }
      let ranged = try file.display(intensity: .range(lower: -1000, upper: 0))
      #expect(ranged.samples == wanted)
    }
  }

  @Test("an unknown attribute is rejected and leaves no file")
  func unknownAttribute() throws {
    try Self.inFolder { folder in
      let error = #expect(throws: DICOMError.self) {
        try DICOMImageWriter().write(
          Self.ramp(4, 4), to: folder + "/a", attributes: ["NoSuchThing": "1"])
      }
      #expect(error?.reason == .invalidAttribute)
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(left.isEmpty)
    }
  }
}

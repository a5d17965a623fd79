import Foundation
import Imaging

/// A synthetic radiograph as a DICOM file with the attributes of SIIM's.
///
/// Secondary Capture, 8 bits, JPEG Baseline; all values are derived from the seed and the index.
struct SyntheticDICOM {
  let image: SyntheticPlan.PlannedImage
  let drawn: PhantomImage
  let size: Int
  let seed: UInt64

  /// The JPEG quality, approximately that of SIIM's images.
  static let quality = 90

  /// Writes the file atomically.
  ///
  /// - Returns: The size of the file in bytes.
  func write(to path: String) throws -> Int {
    let writer = DICOMImageWriter(
      compression: .jpegBaseline(quality: Self.quality), kind: .secondaryCapture,
      isInverted: image.isInverted)
    let samples = image.isInverted ? drawn.samples.map { 255 - $0 } : drawn.samples
    return try writer.write(
      PixelBuffer(width: size, height: size, channels: 1, samples: samples), to: path,
      attributes: attributes)
  }

  private var attributes: [String: String] {
    var patient = RandomStream(seed: seed, purpose: .identifier, index: image.patient)
    let sex = patient.next() % 2 == 0 ? "F" : "M"
    let age = 18 + Int(patient.next() % 70)
    // The image of a detector 430 mm wide.
    let spacing = String(format: "%.3f", 430 / Double(size))
    return [
      "Modality": "CR", "ConversionType": "WSD", "BodyPartExamined": "CHEST",
      "ViewPosition": image.index % 5 == 0 ? "AP" : "PA",
      "PatientID": image.patientID, "PatientName": image.patientID, "PatientSex": sex,
      "PatientAge": "0\(age)Y", "InstanceNumber": "\(image.number)",
      "SeriesNumber": "\(image.number)",
      "PixelSpacing": "\(spacing)\\\(spacing)",
      "SeriesDescription": "synthetic phantom, seed \(seed)",
      "ImageComments": "Synthetic film: shows no person",
    ]
  }
}

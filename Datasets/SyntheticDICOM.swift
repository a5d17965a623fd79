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
    let spacing = String(format: "%.3f", drawn.pixelSpacing)
    return [
      "Modality": "CR", "ConversionType": "WSD", "BodyPartExamined": "CHEST",
      "ViewPosition": drawn.isAP ? "AP" : "PA",
      "PatientID": image.patientID, "PatientName": image.patientID, "PatientSex": drawn.anatomy.sex,
      "PatientAge": "0\(drawn.anatomy.age)Y", "InstanceNumber": "\(image.number)",
      "SeriesNumber": "\(image.number)",
      "PixelSpacing": "\(spacing)\\\(spacing)",
      "SeriesDescription": "synthetic phantom, seed \(seed)",
      "ImageComments": "Synthetic film: shows no person",
    ]
  }
}

import Foundation
import Imaging

/// One synthetic film as a DICOM file with a header like that of SIIM's films.
///
/// Secondary Capture, 8 bits, JPEG Baseline; every value is made up from the seed and the film's number.
struct SyntheticDICOM {
  let film: SyntheticPlan.Film
  let drawn: PhantomFilm
  let size: Int
  let seed: UInt64

  /// Quality of the JPEG: SIIM's own films look as if they had about this.
  static let quality = 90

  /// Writes the file, whole or not at all.
  ///
  /// - Returns: Its size in bytes.
  func write(to path: String) throws -> Int {
    let writer = DICOMImageWriter(
      compression: .jpegBaseline(quality: Self.quality), kind: .secondaryCapture,
      isInverted: film.isInverted)
    let samples = film.isInverted ? drawn.samples.map { 255 - $0 } : drawn.samples
    try writer.write(
      PixelBuffer(width: size, height: size, channels: 1, samples: samples), to: path,
      attributes: attributes)
    let found = try FileManager.default.attributesOfItem(atPath: path)
    return (found[.size] as? NSNumber)?.intValue ?? 0
  }

  private var attributes: [String: String] {
    var patient = RandomStream(seed: seed, purpose: .identifier, index: film.patient)
    let sex = patient.next() % 2 == 0 ? "F" : "M"
    let age = 18 + Int(patient.next() % 70)
    // A film of 430 mm across, as a 43 cm detector gives it.
    let spacing = String(format: "%.3f", 430 / Double(size))
    return [
      "Modality": "CR", "ConversionType": "WSD", "BodyPartExamined": "CHEST",
      "ViewPosition": film.index % 5 == 0 ? "AP" : "PA",
      "PatientID": film.patientID, "PatientName": film.patientID, "PatientSex": sex,
      "PatientAge": "0\(age)Y", "InstanceNumber": "\(film.number)",
      "SeriesNumber": "\(film.number)",
      "PixelSpacing": "\(spacing)\\\(spacing)",
      "SeriesDescription": "synthetic phantom, seed \(seed)",
      "ImageComments": "Synthetic film: shows no person",
    ]
  }
}

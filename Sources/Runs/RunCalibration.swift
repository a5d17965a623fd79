import DataBlocks
import Files
import Foundation
public import Logbook
public import Training

/// The temperature and the threshold of a run, chosen on its validation images: `calibration.json` in its folder.
public struct RunCalibration: Sendable, Equatable, Codable {
  /// Measures on the images of the choice.
  public struct Measures: Sendable, Equatable, Codable {
    /// Expected calibration error: of the second of two classes, of more of the most probable one.
    public let expectedCalibrationError: Double?
    /// The mean negative logarithm of the probability of the true class.
    public let logLoss: Double?
    /// The fraction of images that are decided right.
    public let accuracy: Estimate
    /// The fraction of the images of the second class that are decided so; not defined for more than two classes.
    public let sensitivity: Estimate
    /// The fraction of the images of the first class that are decided so; not defined for more than two classes.
    public let specificity: Estimate
  }

  /// The format of the file.
  package let format: Int
  /// The version of Lightbox that wrote the file.
  public let version: String
  /// The checkpoint whose outputs were measured.
  public let checkpoint: String
  /// The training steps of this checkpoint; another one of the same name is not calibrated by the file.
  package let steps: String?
  /// The part of the data.
  public let split: String
  /// The number of images.
  public let images: Int
  /// The second of two classes, which the threshold is about; nil for more.
  public let className: String?
  /// Temperature and threshold.
  public let calibration: PredictorCalibration
  /// The measures without them.
  public let before: Measures
  /// The measures with them.
  public let after: Measures

  /// The name of the file.
  package static let fileName = "calibration.json"
  private static let currentFormat = 1

  package init(
    checkpoint: String, steps: String?, split: String, images: Int, className: String?,
    _ calibration: PredictorCalibration, before: Measures, after: Measures
  ) {
    format = Self.currentFormat
    version = lightboxVersion
    self.checkpoint = checkpoint
    self.steps = steps
    self.split = split
    self.images = images
    self.className = className
    self.calibration = calibration
    self.before = before
    self.after = after
  }

  /// Reads the calibration of a run.
  ///
  /// - Returns: nil if there is none.
  /// - Throws: `FileError`, `RunError` if the file is damaged or of another format.
  public static func read(_ folder: RunFolder) throws -> RunCalibration? {
    let path = "\(folder.path)/\(fileName)"
    guard FileName.exists(path) else { return nil }
    struct Format: Decodable { let format: Int }
    do {
      let document = try JSONDocument(readFile(path, limit: 1 << 20))
      let format = try document.decode(Format.self).format
      guard format == currentFormat else {
        throw JSONFault(field: "format", "it is \(format), this version reads \(currentFormat)")
      }
      let found = try document.decode(Self.self)
      if let fault = found.calibration.fault {
        throw JSONFault(field: "calibration.\(fault.field)", fault.problem)
      }
      guard found.images >= 0 else {
        throw JSONFault(field: "images", "it is \(found.images), but must be 0 or more")
      }
      return found
    } catch let fault as JSONFault {
      throw RunError(
        .invalidSettings(
          fault, remedy: "calibrate again, or remove it with \"lightbox calibrate RUN --remove\""),
        path: path)
    }
  }

  /// Writes the calibration into a run, completely or not at all.
  ///
  /// - Throws: `FileError`.
  public func write(to folder: RunFolder) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(
      try encoder.encode(self) + Data("\n".utf8), to: "\(folder.path)/\(Self.fileName)")
  }

  /// Removes the calibration of a run.
  ///
  /// - Returns: Whether there was one.
  /// - Throws: `FileError` if it cannot be removed.
  @discardableResult
  public static func remove(from folder: RunFolder) throws -> Bool {
    let path = "\(folder.path)/\(fileName)"
    guard FileName.exists(path) else { return false }
    guard unlink(path) == 0 else { throw FileError(.unwritable(errno: errno), path: path) }
    return true
  }
}

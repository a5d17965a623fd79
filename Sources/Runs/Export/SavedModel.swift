public import DataBlocks
public import Foundation
public import Imaging
public import Training
public import Vision

/// A trained model with all that it needs to predict and to be explained: a run (`SavedRun`) or an exported file
/// (`ExportedModel`).
public protocol SavedModel {
  /// Body and head with their weights, in evaluation mode.
  var visionModel: VisionModel { get }
  /// Classifies files, with the temperature and threshold of the model if it has any.
  var predictor: Predictor { get }
  /// The seed of the weights that training began with.
  var seed: UInt64 { get }
  /// The run; nil for an exported file, which has no data of its own.
  var run: SavedRun? { get }
  /// The file that the temperature and the threshold are from, and how they were chosen; nil if there are none.
  var calibrationSource: CalibrationSource? { get }

  /// The maps that were chosen for the model on validation masks; nil if none were.
  ///
  /// - Throws: `FileError`, `RunError` if the file of the choice is damaged.
  func explanationChoice() throws -> ExplanationChoice?
}

/// Where a temperature and a threshold are from.
public struct CalibrationSource: Sendable, Equatable {
  /// The file: `calibration.json` of a run, or an exported model.
  public let file: String
  /// The images that they were chosen on; nil if that is not known.
  public let images: Int?
  /// The part of the data, such as "valid"; nil if that is not known.
  public let split: String?

  /// "run/calibration.json, 40 images (valid)".
  public var words: String {
    [file, images.map { "\($0) images\(split.map { " (\($0))" } ?? "")" }].compactMap(\.self)
      .joined(separator: ", ")
  }
}

extension SavedModel {
  /// The classes, in the order of the outputs.
  public var vocab: [String] { predictor.vocab }

  /// The class of a file, its index, and the probability of every class (`predict`).
  ///
  /// - Throws: `DataError` naming the file if it cannot be read, or if the output is not finite.
  public func predict(_ path: String, frame: Int? = nil) throws(DataError) -> (
    label: String, index: Int, probabilities: [Double]
  ) { try predictor.predict(path, frame: frame) }

  /// The class of a DICOM, PNG or JPEG file that is in memory.
  ///
  /// - Throws: `DataError`, with `name` as the file.
  public func predict(_ data: Data, name: String = "data") throws(DataError) -> (
    label: String, index: Int, probabilities: [Double]
  ) { try predictor.predict(data, name: name) }

  /// The class of pixels in memory, 8 bits per sample.
  ///
  /// - Throws: `DataError` if the channels do not fit, or if the output is not finite.
  public func predict(_ pixels: PixelBuffer) throws(DataError) -> (
    label: String, index: Int, probabilities: [Double]
  ) { try predictor.predict(pixels) }

  /// Outputs, probabilities and losses of items, in their order (`get_preds`).
  ///
  /// - Throws: As `Predictor.getPreds`.
  public func getPreds(
    _ items: [DataItem], batchSize: Int = 64, workers: Int? = nil,
    unreadable: UnreadablePolicy = .stop
  ) throws -> Predictions {
    try predictor.getPreds(items, batchSize: batchSize, workers: workers, unreadable: unreadable)
  }
}

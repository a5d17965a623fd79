import Checkpoints
public import DataBlocks
import Files
import Foundation
import Layers
import Models
public import Training
package import Vision

/// What an exported model knows beside its weights: the JSON text in the metadata of its file.
public struct ModelDescription: Sendable, Equatable {
  /// How the model was trained; nothing here names patients, tables or folders.
  public struct TrainingFacts: Sendable, Equatable, Codable {
    /// The name of the run's folder; nil if the model is no run's.
    public var run: String?
    /// The checkpoint of the run, such as "best".
    public var checkpoint: String?
    /// The epoch of the weights, from 0.
    public var epoch: Int?
    /// The number of training steps.
    public var steps: Int?
    /// The name of the file of weights that training began with.
    public var weights: String?
    /// What the run's random streams were drawn from.
    public var streams: String?
    /// The numbers of images.
    public var data: RunDescription.DataSummary?
    /// Losses and metrics of the epoch.
    public var metrics: [String: Double]?
    /// The images that temperature and threshold were chosen on.
    public var calibrationImages: Int?
    /// The part of the data that these are.
    public var calibrationSplit: String?
  }

  /// The format of the description.
  package static let currentFormat = 1
  /// The name of the text in the file's metadata.
  package static let key = "lightbox"

  /// The version of Lightbox that wrote the file.
  public let version: String
  /// The name of the architecture.
  public let architecture: String
  /// The options of the head; nil for a head of your own.
  package let head: HeadOptions?
  /// Input pixels per cell of the body's output; nil: the architecture's.
  public let outputStride: Int?
  /// The seed of the weights that training began with.
  public let seed: UInt64
  /// From labels to targets.
  let target: TargetDescription
  /// From a file to the model's input.
  public let pipeline: Pipeline
  /// The loss; nil for a loss of your own.
  let loss: LossRecipe?
  /// Temperature and decision threshold; nil if none were chosen.
  public let calibration: PredictorCalibration?
  /// The maps that were chosen on validation masks; nil if none were.
  public let explanation: ExplanationChoice?
  /// How the model was trained.
  public let training: TrainingFacts

  /// The classes, in the order of the outputs; empty for a regression.
  public var vocab: [String] { target.vocab }
}

extension ModelDescription {
  /// Describes a model.
  init(
    _ model: VisionModel, _ predictor: Predictor, seed: UInt64, explanation: ExplanationChoice?,
    training: TrainingFacts
  ) {
    version = lightboxVersion
    architecture = model.architecture.name
    head = model.headOptions
    outputStride = model.outputStride.flatMap { model.outputStrides.contains($0) ? $0 : nil }
    self.seed = seed
    target = TargetDescription(predictor.target)
    pipeline = predictor.pipeline
    loss = predictor.lossFunction.recipe
    calibration = predictor.calibration
    self.explanation = explanation
    self.training = training
  }

  /// Writes the weights of a model and its description, completely or not at all.
  ///
  /// - Throws: `CheckpointError` if the file cannot be written, `ModelFileError` if a setting is not finite.
  func write(_ model: VisionModel, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text: Data
    do {
      text = try encoder.encode(self)
    } catch let error as EncodingError {
      guard case .invalidValue(let value, let context) = error else { throw error }
      throw ModelFileError(
        .notStorable(field: JSONFault.field(context.codingPath) ?? "", value: "\(value)"),
        path: path)
    }
    var metadata = ["format": "pt", Self.key: String(decoding: text, as: UTF8.self)]
    // As in a checkpoint: a run that starts from the file draws from other random streams.
    metadata["steps"] = training.steps.map { "\($0)" }
    metadata[Lineage.key] = training.streams
    try SafeTensors.write(model.model.stateDictionary, metadata: metadata, to: path)
  }

  /// Reads the description of a file.
  ///
  /// - Throws: `ModelFileError` if the file is no exported model, of a newer format, or damaged; `DataError` for a
  ///   transform that is not registered.
  static func read(_ file: Checkpoint) throws -> ModelDescription {
    guard let text = file.metadata[key] else {
      throw ModelFileError(
        .notExported(ofRun: file.metadata["pipeline"] != nil), path: file.path)
    }
    struct Format: Decodable {
      let format: Int
      let version: String?
    }
    do {
      let document = try JSONDocument(Data(text.utf8))
      let found = try document.decode(Format.self)
      guard found.format <= currentFormat else {
        throw ModelFileError(.newerFormat(found.format, version: found.version), path: file.path)
      }
      guard found.format > 0 else {
        throw JSONFault(field: "format", "it is \(found.format), but must be 1 or more")
      }
      return try document.decode(ModelDescription.self)
    } catch let fault as JSONFault {
      throw ModelFileError(.invalid(fault), path: file.path)
    } catch let error as DataError {
      throw error.at(file.path)
    }
  }
}

extension ModelDescription {
  /// The kind of labels: "2 classes", "14 labels" or "numbers".
  package var labelWords: String {
    switch target {
    case .category(let vocab): "\(vocab.count) classes"
    case .multiCategory(let vocab, _): "\(vocab.count) labels"
    case .regression(let outputs): outputs == 1 ? "a number" : "\(outputs) numbers"
    case .own: "\(target.outputCount) outputs"
    }
  }
}

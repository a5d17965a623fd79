public import DataBlocks
import Checkpoints
import Foundation
import Layers
public import Models
public import Training

/// What `run.json` says of a run that trained an image classifier: enough to use its weights.
public struct RunDescription: Sendable, Equatable, Codable {
  /// Version of this description's format.
  public var format = 1
  /// The architecture's name.
  public var architecture: String
  /// The classes, in the order of the outputs.
  public var vocab: [String]
  /// What happens to an image before the model sees it.
  public var preprocessing: Preprocessing
  /// The seed of everything random.
  public var seed: UInt64
  /// The command line's resolved options, for people.
  public var settings: [String: String]
  /// How many items are where, and that no patient is on two sides.
  public var data: [String: String]
  /// Version of the program.
  public var version: String

  /// Makes a description.
  public init(
    architecture: String, vocab: [String], preprocessing: Preprocessing, seed: UInt64,
    settings: [String: String], data: [String: String], version: String
  ) {
    self.architecture = architecture
    self.vocab = vocab
    self.preprocessing = preprocessing
    self.seed = seed
    self.settings = settings
    self.data = data
    self.version = version
  }

  /// The network with the weights of a checkpoint, and a predictor around it.
  ///
  /// - Parameters:
  ///   - path: The checkpoint.
  ///   - known: Architectures to look for the run's in: those of the framework, or those and one's own.
  /// - Returns: Body and head with their weights, and what answers for files.
  /// - Throws: `UnknownArchitecture`, `CheckpointError`, or `WeightsMismatch`.
  public func load(weights path: String, among known: [Architecture] = Architecture.all) throws -> (
    vision: VisionModel, predictor: Predictor
  ) {
    let vision = VisionModel(
      try Architecture.named(architecture, among: known), classCount: vocab.count,
      inputChannels: preprocessing.normalize.mean.count, seed: seed)
    let report = try vision.load(Checkpoint(contentsOf: path))
    guard report.isComplete else { throw WeightsMismatch(path: path, report: "\(report)") }
    vision.model.eval()
    return (vision, Predictor(model: vision.model, vocab: vocab, preprocessing: preprocessing))
  }
}

/// Weights that do not fit a model.
public struct WeightsMismatch: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// What fitted and what did not.
  public let report: String

  /// Makes an error.
  public init(path: String, report: String) {
    self.path = path
    self.report = report
  }

  /// The file, then what did not fit.
  public var description: String {
    "\(path): the weights do not fit the model; is it another architecture?\n\(report)"
  }
}

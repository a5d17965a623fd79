import Checkpoints
import Foundation
import Layers
import Tensors
public import Training

/// A run that cannot be read or written.
public struct RunError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong, in words.
  public let reason: String
  /// The folder or file.
  public let path: String

  /// Makes an error.
  public init(_ reason: String, path: String) {
    self.reason = reason
    self.path = path
  }

  /// The path, then what is wrong.
  public var description: String { "\(path): \(reason)" }
}

/// The folder of one run: `run.json`, `metrics.sqlite`, `checkpoints/`, `figures/`.
///
/// Checkpoints are single files that are whole or not there, so a killed process leaves a folder that reads.
public final class RunFolder: CheckpointStore {
  /// The folder.
  public let path: String

  /// Where the resolved settings are.
  public var settingsPath: String { path + "/run.json" }
  /// Where the numbers are.
  public var databasePath: String { path + "/metrics.sqlite" }
  /// Where images go.
  public var figuresPath: String { path + "/figures" }
  /// Written into the metadata of each checkpoint, beside epoch and step.
  public var metadata: [String: String] = [:]

  /// Makes a new run's folder.
  ///
  /// - Throws: `RunError` if there is something at the path already: nothing is ever overwritten.
  public init(creating path: String) throws(RunError) {
    self.path = path
    let manager = FileManager.default
    if let content = try? manager.contentsOfDirectory(atPath: path), !content.isEmpty {
      throw RunError(
        "the folder is not empty; choose another --out, or remove it first", path: path)
    }
    do {
      for folder in [path, path + "/checkpoints", path + "/figures"] {
        try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
      }
    } catch {
      throw RunError("the folder cannot be made: \(error.localizedDescription)", path: path)
    }
  }

  /// Opens a run's folder.
  ///
  /// - Throws: `RunError` if it is none.
  public init(opening path: String) throws(RunError) {
    self.path = path
    guard FileManager.default.fileExists(atPath: path + "/run.json") else {
      throw RunError("there is no run.json here: this is no run's folder", path: path)
    }
  }

  /// Writes the settings, whole or not at all.
  public func writeSettings(_ settings: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(
      String(decoding: try encoder.encode(settings), as: UTF8.self) + "\n", to: settingsPath)
  }

  /// Reads the settings.
  ///
  /// - Throws: `RunError` if the file is not what it should be.
  public func settings<Settings: Decodable>(as type: Settings.Type) throws(RunError) -> Settings {
    guard let data = FileManager.default.contents(atPath: settingsPath) else {
      throw RunError("it cannot be read", path: settingsPath)
    }
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch {
      throw RunError("it is not what this version writes: \(error)", path: settingsPath)
    }
  }

  /// Path of a checkpoint.
  public func checkpointPath(_ name: String) -> String { "\(path)/checkpoints/\(name).safetensors" }

  /// True if there is a checkpoint of this name.
  public func hasCheckpoint(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: checkpointPath(name))
  }

  /// Names of the checkpoints that are there, in order.
  public var checkpoints: [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints")) ?? []
    let suffix = ".safetensors"
    return files.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }.sorted()
  }

  // MARK: CheckpointStore

  private static let optimizerPrefix = "optimizer:"

  /// Writes model and, if asked, optimizer into one file.
  public func save(_ name: String, _ learner: Learner, withOptimizer: Bool) throws {
    var tensors = learner.model.stateDictionary
    if withOptimizer {
      for (name, tensor) in learner.optimizer.stateDictionary.sorted(by: { $0.key < $1.key }) {
        tensors[RunFolder.optimizerPrefix + name] = tensor
      }
    }
    var facts = metadata
    facts["epoch"] = "\(learner.epoch)"
    facts["steps"] = "\(learner.totalSteps)"
    facts["format"] = "pt"
    if withOptimizer {
      let numbers = try JSONEncoder().encode(learner.optimizer.hyperparameters)
      facts["hyperparameters"] = String(decoding: numbers, as: UTF8.self)
    }
    try SafeTensors.write(tensors, metadata: facts, to: checkpointPath(name))
  }

  /// Reads what `save` wrote.
  public func load(_ name: String, into learner: Learner, withOptimizer: Bool) throws {
    let file = try SafeTensors(contentsOf: checkpointPath(name))
    let prefix = RunFolder.optimizerPrefix
    let report = learner.model.load(file.tensors { !$0.hasPrefix(prefix) })
    guard report.missing.isEmpty, report.mismatched.isEmpty else {
      throw RunError("its weights do not fit the model: \(report)", path: checkpointPath(name))
    }
    guard withOptimizer else { return }
    learner.optimizer.load(
      Dictionary(
        uniqueKeysWithValues: file.tensors { $0.hasPrefix(prefix) }
          .map { (String($0.name.dropFirst(prefix.count)), $0.tensor) }))
    if let text = file.metadata["hyperparameters"] {
      learner.optimizer.hyperparameters = try JSONDecoder().decode(
        [Hyperparameters].self, from: Data(text.utf8))
    }
  }

  /// Runs below a folder, by their names.
  public static func runs(below folder: String) -> [RunFolder] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let found = names.sorted().compactMap { try? RunFolder(opening: "\(folder)/\($0)") }
    return found.isEmpty ? (try? [RunFolder(opening: folder)]) ?? [] : found
  }
}

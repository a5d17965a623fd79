import Files
import Foundation
public import Training

/// Keeps checkpoints as safetensors files in a folder, for training without a run folder.
///
///     learn.checkpoints = FileCheckpoints("models")
///     try learn.fit(5, learningRate: 1e-3, callbacks: [SaveModelCallback(monitor: "accuracy")])
///     // models/model.safetensors has the weights of the best epoch.
public final class FileCheckpoints: CheckpointStore {
  /// The path of the folder (`path` and `model_dir`).
  public let folder: String

  /// Creates a store; the folder is created when something is saved.
  public init(_ folder: String = "models") { self.folder = folder }

  /// The path of a checkpoint.
  public func path(_ name: String) -> String {
    let file = name.hasSuffix(Self.suffix) ? name : name + Self.suffix
    return file.hasPrefix("/") ? file : "\(folder)/\(file)"
  }

  private static let suffix = ".safetensors"

  /// Names of the existing checkpoints, sorted.
  public var names: [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(Self.suffix) && !$0.hasPrefix(".") }
      .map { String($0.dropLast(Self.suffix.count)) }.sorted()
  }

  /// Writes the weights, and the optimizer's state if `withOptimizer` is true, completely or not at all.
  ///
  /// - Throws: `FileError` or `CheckpointError` if the file cannot be written.
  public func save(_ name: String, _ learner: Learner, withOptimizer: Bool) throws {
    let path = path(name)
    try createFolder(PathParts(path).parent)
    try LearnerFile.write(learner, to: path, withOptimizer: withOptimizer)
  }

  /// Loads weights, and the optimizer's state and hyperparameters if they were saved and `withOptimizer` is true.
  ///
  /// - Throws: `CheckpointError` if the file cannot be read, `RunError` if it does not fit the model.
  public func load(_ name: String, into learner: Learner, withOptimizer: Bool) throws {
    try LearnerFile.load(path(name), into: learner, withOptimizer: withOptimizer)
  }
}

extension Learner {
  /// Saves the weights, and the optimizer's state, as `models/name.safetensors` (`save`).
  ///
  ///     try learn.save("stage-1")
  ///
  /// - Parameters:
  ///   - name: The name (`file`), or a path that begins with "/".
  ///   - folder: The folder (`path` and `model_dir`).
  ///   - withOptimizer: Save the optimizer's state too (`with_opt`).
  /// - Returns: The path of the file; an existing one is replaced.
  /// - Throws: `FileError` or `CheckpointError` if the file cannot be written.
  @discardableResult
  public func save(
    _ name: String, in folder: String = "models", withOptimizer: Bool = true
  ) throws -> String {
    let store = FileCheckpoints(folder)
    try store.save(name, self, withOptimizer: withOptimizer)
    return store.path(name)
  }

  /// Loads what `save` wrote (`load`).
  ///
  /// - Parameters:
  ///   - name: The name (`file`), or a path that begins with "/".
  ///   - folder: The folder (`path` and `model_dir`).
  ///   - withOptimizer: Load the optimizer's state too, if the file has it (`with_opt`).
  /// - Returns: This learner.
  /// - Throws: `CheckpointError` if the file cannot be read, `RunError` if it is of another model; the learner is not
  ///   changed then.
  @discardableResult
  public func load(
    _ name: String, in folder: String = "models", withOptimizer: Bool = true
  ) throws -> Self {
    try FileCheckpoints(folder).load(name, into: self, withOptimizer: withOptimizer)
    return self
  }
}

public import Training

extension RunFolder {
  /// Writes the weights, and the optimizer's state if `withOptimizer` is true, to
  /// `checkpoints/name.safetensors`.
  ///
  /// - Throws: An error that names the file if it cannot be written.
  public func save(_ name: String, _ learner: Learner, withOptimizer: Bool) throws {
    try LearnerFile.write(
      learner, to: checkpointPath(name), withOptimizer: withOptimizer, metadata: metadata)
  }

  /// Loads weights, and the optimizer's state and hyperparameters if they were saved and `withOptimizer` is
  /// true.
  ///
  /// - Throws: `CheckpointError` if the file cannot be read, `RunError` if it does not fit the model.
  public func load(_ name: String, into learner: Learner, withOptimizer: Bool) throws {
    try LearnerFile.load(checkpointPath(name), into: learner, withOptimizer: withOptimizer)
  }
}

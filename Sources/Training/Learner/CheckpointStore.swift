/// Saves and loads the weights of a learner under names.
public protocol CheckpointStore: AnyObject {
  /// Saves the weights, and the optimizer's state if `withOptimizer` is true, completely or not at all.
  func save(_ name: String, _ learner: Learner, withOptimizer: Bool) throws
  /// Loads the checkpoint saved under a name.
  ///
  /// - Throws: An error that names the checkpoint if there is none of this name.
  func load(_ name: String, into learner: Learner, withOptimizer: Bool) throws
}

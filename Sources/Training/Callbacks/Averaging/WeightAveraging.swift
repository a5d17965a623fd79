/// A callback that keeps other weights than those being trained, such as `ExponentialMovingAverage`.
public protocol WeightAveraging: Callback {
  /// Runs `body` while the model has the averaged weights.
  func withAveragedWeights<Result>(_ body: () throws -> Result) rethrows -> Result
}

extension Learner {
  /// Runs `body` while the model has the weights that validation uses: the averaged ones if a callback averages them.
  ///
  /// `SaveModelCallback` saves these.
  ///
  /// - Throws: The error of `body`.
  public func withValidatedWeights<Result>(_ body: () throws -> Result) rethrows -> Result {
    let averaging = callbacks.lazy.compactMap { $0 as? any WeightAveraging }.first
    guard let averaging else { return try body() }
    return try averaging.withAveragedWeights(body)
  }
}

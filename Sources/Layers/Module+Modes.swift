extension Module {
  /// Puts this module and all its submodules into training mode.
  ///
  /// - Parameter training: False for evaluation mode (`mode`).
  /// - Returns: This module.
  @discardableResult
  public final func train(_ training: Bool = true) -> Self {
    for module in modules { module.isTraining = training }
    return self
  }

  /// Puts this module and all its submodules into evaluation mode.
  @discardableResult
  public final func eval() -> Self { train(false) }

  /// Runs `body` in evaluation mode and then restores the mode of every module.
  ///
  /// The mode is restored per module, also when `body` throws: a batch norm that was in evaluation
  /// mode inside a training model stays in evaluation mode.
  ///
  ///     let logits = model.evaluating { model(images) }
  ///
  /// - Parameter body: Runs with this module and all its submodules in evaluation mode.
  /// - Returns: The result of `body`.
  /// - Throws: The error of `body`.
  public final func evaluating<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let modes = modules.map { (module: $0, isTraining: $0.isTraining) }
    for mode in modes { mode.module.isTraining = false }
    defer { for mode in modes { mode.module.isTraining = mode.isTraining } }
    return try body()
  }
}

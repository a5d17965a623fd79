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
  /// mode inside a training model stays in evaluation mode. Threads that call it on the same module take turns.
  ///
  ///     let logits = model.evaluating { model(images) }
  ///
  /// - Parameter body: Runs with this module and all its submodules in evaluation mode.
  /// - Returns: The result of `body`.
  /// - Throws: The error of `body`.
  public final func evaluating<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result { try evaluating(nil, body) }

  /// As `evaluating`, for modules that are known, since finding them takes time.
  package final func evaluating<Result, Failure: Error>(
    _ known: [Module]?, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try exclusively { () throws(Failure) -> Result in
      let modes = (known ?? modules).map { (module: $0, isTraining: $0.isTraining) }
      for mode in modes { mode.module.isTraining = false }
      defer { for mode in modes { mode.module.isTraining = mode.isTraining } }
      return try body()
    }
  }

  /// Runs `body` while no other thread is in a call of this function of the same module.
  ///
  /// A forward pass changes modules: it sets their mode, keeps folded filters and initializes parameters. Whatever
  /// can run on several threads (predictors, maps, summaries) does so through the root of the network.
  package final func exclusively<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return try body()
  }
}

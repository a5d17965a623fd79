extension TrainingPlan {
  /// A setting that is out of its range.
  struct Fault: Error {
    /// The field of `run.json`.
    let field: String
    let name: String
    let value: String
    let allowed: String
  }

  private static let maximumBatchSize = 1_000_000
  private static let maximumThreads = 1024

  /// Throws a `PlanError` if a setting is out of its range.
  public func check() throws(PlanError) {
    guard let fault else { return }
    throw PlanError(.setting(name: fault.name, value: fault.value, allowed: fault.allowed))
  }

  /// The first setting that is out of its range; nil if there is none.
  var fault: Fault? {
    do {
      try requireRanges()
      return nil
    } catch {
      return error
    }
  }

  private func requireRanges() throws(Fault) {
    func require(
      _ holds: Bool, _ field: String, _ name: String, _ value: Any, _ allowed: String
    ) throws(Fault) {
      if !holds { throw Fault(field: field, name: name, value: "\(value)", allowed: allowed) }
    }
    func require(
      _ field: String, _ name: String, _ value: Int?, from lowest: Int, to highest: Int,
      _ words: String = ""
    ) throws(Fault) {
      guard let value else { return }
      try require(value >= lowest, field, name, value, "\(lowest) or more\(words)")
      try require(value <= highest, field, name, value, "\(highest) or less")
    }
    try require("epochs", "the number of epochs", epochs, from: 0, to: Self.epochLimit)
    try require(
      "freezeEpochs", "the number of frozen epochs", freezeEpochs, from: 0,
      to: Self.epochLimit)
    try require(
      epochs + resolvedFreezeEpochs > 0, "epochs", "the number of epochs", epochs, "1 or more")
    try require(
      "batchSize", "the batch size", batchSize, from: 2, to: Self.maximumBatchSize,
      ": batch norm needs it")
    try require(
      learningRate > 0 && learningRate.isFinite, "learningRate", "the learning rate",
      learningRate, "above 0")
    try require(
      learningRate <= 1e30, "learningRate", "the learning rate", learningRate, "at most 1e30")
    try require(
      0 < validFraction && validFraction < 1, "validFraction", "the validation share",
      validFraction, "between 0 and 1")
    try require(
      "compute.threads", "the number of threads", compute.threads, from: 1,
      to: Self.maximumThreads)
    try require(
      "compute.workers", "the number of workers", compute.workers, from: 0,
      to: Self.maximumThreads)
    let monitors = ["valid_loss", "train_loss"] + Self.metrics.map(\.name)
    try require(
      monitors.contains(monitor), "monitor", "the monitored value", monitor,
      "one of \(monitors.joined(separator: ", "))")
  }
}

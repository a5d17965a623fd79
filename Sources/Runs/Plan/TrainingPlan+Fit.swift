import Training
import Vision

extension TrainingPlan {
  /// Trains by the plan's schedule.
  func fit(_ learner: VisionLearner) throws {
    try resolvedSchedule.fit(
      learner,
      FitLengths(epochs: epochs, freezeEpochs: resolvedFreezeEpochs, rates: fitRates))
  }

  /// The rates of the schedule: a number is spread over the groups where the body has weights to start from.
  private var fitRates: LearningRates {
    guard case .same(let rate) = rates.learningRates, weights != nil, !resolvedSchedule.freezes
    else { return rates.learningRates }
    return .range(rate / 100, rate)
  }

  /// Refuses rates that are not one for each group.
  func checkRates(groups: Int) throws(PlanError) {
    guard case .each(let given) = rates.learningRates, given.count != groups else { return }
    throw PlanError(
      .setting(
        name: "optimizer.lr", value: "a list of \(given.count)",
        allowed: "a number, or one for each of the \(groups) parameter groups"))
  }

  /// The plan with the defaults that depend on other settings filled in.
  var withResolvedDefaults: TrainingPlan {
    var plan = self
    plan.loss = resolvedLoss
    plan.train.metrics = metrics
    plan.freezeEpochs = resolvedFreezeEpochs
    plan.schedule = resolvedSchedule
    return plan
  }
}

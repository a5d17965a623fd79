/// Ends the fit if the loss is NaN or infinite (fastai's `TerminateOnNaNCallback`).
///
/// As in fastai, it acts after the step, so the weights may already contain NaN. `GradientCheck` acts
/// before the step and checks gradients too.
public final class TerminateOnNaNCallback: Callback {
  /// Runs before the recorder.
  public let order = -9
  private var parameterName: String?

  /// Creates the callback.
  public init() {}

  /// Finds the parameter to name in the message.
  public func beforeStep(_ learner: Learner) throws {
    parameterName = learner.loss.isFinite ? nil : learner.optimizer.nonFiniteGradientName
  }

  /// Ends the fit if the loss of a training batch is not finite.
  ///
  /// - Throws: `Interruption.cancelFit`.
  public func afterBatch(_ learner: Learner) throws {
    guard learner.isTraining, !learner.loss.isFinite else { return }
    learner.report(
      "The loss of batch \(learner.batchIndex) in epoch \(learner.epoch) is \(learner.loss)"
        + (parameterName.map { "; the gradient of \($0) is not finite" } ?? "")
        + ": training ends")
    throw Interruption.cancelFit
  }
}

/// Sets hyperparameters before each training batch (fastai's `ParamScheduler`).
///
/// A linear warm-up over a tenth of training, then half a cosine to zero:
///
///     let rate = Schedule.combined([0.1, 0.9], [.linear(0, 1e-3), .cosine(1e-3, 0)])
///     try learner.fit(10, callbacks: [ParamScheduler([.learningRate: rate])])
///
/// A polynomial decay of the rate with a growing weight decay:
///
///     ParamScheduler([
///       .learningRate: .polynomial(1e-2, 1e-4, power: 0.9), .weightDecay: .linear(0, 0.05),
///     ])
///
/// A schedule for each parameter group, first layers first:
///
///     ParamScheduler([.learningRate: [.cosine(1e-5, 0), .cosine(1e-3, 0)]])
///
/// The value at the end of a schedule is never reached, as in fastai: the last of N batches uses
/// position (N - 1) / N.
public final class ParamScheduler: Callback {
  /// Runs after the recorder.
  public let order = 60
  private let schedules: [Hyperparameter: [Schedule]]

  /// Creates a scheduler with a schedule for each parameter group (`scheds`).
  ///
  /// - Parameter schedules: By hyperparameter, one schedule per group; the last is used for further groups.
  /// - Precondition: Each hyperparameter has a schedule.
  public init(_ schedules: [Hyperparameter: [Schedule]]) {
    let empty = schedules.filter(\.value.isEmpty).map(\.key.rawValue).sorted()
    precondition(empty.isEmpty, "no schedules for \(empty.joined(separator: ", "))")
    self.schedules = schedules
  }

  /// Creates a scheduler with the same schedule for all parameter groups (`scheds`).
  ///
  /// - Parameter schedules: The schedule of each hyperparameter; the others are unchanged.
  public convenience init(_ schedules: [Hyperparameter: Schedule]) {
    self.init(schedules.mapValues { [$0] })
  }

  /// Sets the hyperparameters of a training batch.
  public func beforeBatch(_ learner: Learner) throws {
    guard learner.isTraining else { return }
    for (name, schedules) in schedules {
      for group in 0..<learner.optimizer.groupCount {
        learner.optimizer.hyperparameters[group][name] =
          schedules[min(group, schedules.count - 1)](learner.progress)
      }
    }
  }
}

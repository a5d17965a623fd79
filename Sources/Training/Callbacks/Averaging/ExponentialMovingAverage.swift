import Foundation
import Layers
import Tensors

/// Validates, and ends the fit with, an exponential moving average of the weights (timm's `ModelEmaV3`).
///
/// After each step of the optimizer: `average ← d · average + (1 − d) · weights`, with the decay `d`. As in timm, the
/// average starts as a copy of the weights after the first step. Running statistics of batch norm are averaged with the
/// same decays, since they belong to the weights of the same steps; counters are copied.
///
/// The model has the averaged weights during validation, in what `SaveModelCallback` saves, and after the fit.
/// Each fit starts a new average.
public final class ExponentialMovingAverage: Callback {
  /// Runs after the recorder and before the trackers, so that at the end of a fit the best weights are loaded last.
  public let order = 55
  private let decay: Double
  private let minimumDecay: Double
  private let updateAfterStep: Int
  private let warmup: (gamma: Double, power: Double)?
  private let averagesBuffers: Bool
  private let every: Int

  private enum Entry {
    case parameter(Parameter)
    case buffer(ModuleBuffer)

    var identity: ObjectIdentifier {
      switch self {
      case .parameter(let parameter): ObjectIdentifier(parameter)
      case .buffer(let buffer): ObjectIdentifier(buffer)
      }
    }

    var value: Tensor {
      get {
        switch self {
        case .parameter(let parameter): parameter.value
        case .buffer(let buffer): buffer.value
        }
      }
      nonmutating set {
        switch self {
        case .parameter(let parameter): parameter.value = newValue
        case .buffer(let buffer): buffer.value = newValue
        }
      }
    }
  }
  private var entries: [(name: String, entry: Entry)] = []
  /// The averages, or the trained weights while the model has the averages.
  private var others: [Tensor] = []
  private var isSwapped = false
  private var stepWasCanceled = false
  /// Number of steps of the optimizer so far in this fit.
  private var steps = 0

  /// Creates the callback.
  ///
  /// - Parameters:
  ///   - decay: The decay of a step (`decay`).
  ///   - minimumDecay: The lowest decay during the warm-up (`min_decay`).
  ///   - updateAfterStep: Number of first steps after which the average is a copy of the weights
  ///     (`update_after_step`).
  ///   - usesWarmup: Whether the decay of step t is at most 1 − (1 + t / gamma)^(−power). timm's default is false,
  ///     but then a fit of fewer than 1 / (1 − decay) steps ends with an average that is mostly its first weights
  ///     (`use_warmup`).
  ///   - warmupGamma: The gamma of the warm-up (`warmup_gamma`).
  ///   - warmupPower: The power of the warm-up (`warmup_power`).
  ///   - averagesBuffers: Whether running statistics are averaged; else they are copied (not `exclude_buffers`).
  ///   - every: Update once per so many steps, with the decays of these steps multiplied.
  /// - Precondition: Decays are in 0..<1, and `every` is positive.
  public init(
    decay: Double = 0.999, minimumDecay: Double = 0, updateAfterStep: Int = 0,
    usesWarmup: Bool = true, warmupGamma: Double = 1, warmupPower: Double = 2.0 / 3,
    averagesBuffers: Bool = true, every: Int = 1
  ) {
    precondition(
      (0..<1).contains(decay) && (0...decay).contains(minimumDecay),
      "decay \(decay), minimumDecay \(minimumDecay): they must be in 0..<1, in ascending order")
    precondition(
      updateAfterStep >= 0 && every > 0, "updateAfterStep \(updateAfterStep), every \(every)")
    precondition(
      warmupGamma > 0 && warmupPower > 0, "warmupGamma \(warmupGamma), warmupPower \(warmupPower)")
    self.decay = decay
    self.minimumDecay = minimumDecay
    self.updateAfterStep = updateAfterStep
    warmup = usesWarmup ? (warmupGamma, warmupPower) : nil
    self.averagesBuffers = averagesBuffers
    self.every = every
  }

  /// The decay of a step, counted from 1 (`get_decay`); 0 copies the weights.
  package func decay(ofStep step: Int) -> Double {
    let number = max(step - updateAfterStep - 1, 0)
    guard number > 0 else { return 0 }
    guard let warmup else { return decay }
    return max(
      min(1 - pow(1 + Double(number) / warmup.gamma, -warmup.power), decay), minimumDecay)
  }

  // MARK: Events

  /// Starts the average as a copy of the weights.
  public func beforeFit(_ learner: Learner) throws {
    restoreTrainedWeights()
    var seen = Set<ObjectIdentifier>()
    entries =
      learner.model.namedParameters.map { ($0.name, .parameter($0.parameter)) }
      + learner.model.namedBuffers.map { ($0.name, .buffer($0.buffer)) }
    // A parameter that two modules share is averaged once.
    entries = entries.filter { seen.insert($0.entry.identity).inserted }
    others = entries.map(\.entry.value)
    steps = 0
  }

  /// Starts a step.
  public func beforeBatch(_ learner: Learner) throws { stepWasCanceled = false }

  /// Leaves the average as it is.
  public func afterCancelStep(_ learner: Learner) throws { stepWasCanceled = true }

  /// Updates the average.
  public func afterStep(_ learner: Learner) throws {
    guard !stepWasCanceled else { return }
    steps += 1
    let isFirst = decay(ofStep: steps) == 0
    guard isFirst || steps % every == 0 else { return }
    let decays = (0..<every).map { decay(ofStep: steps - $0) }
    update(decay: isFirst ? 0 : decays.filter { $0 > 0 }.reduce(1, *))
  }

  private func update(decay: Double) {
    for (index, (_, entry)) in entries.enumerated() {
      let value = entry.value
      var isAveraged = value.dtype == .float32 && decay > 0
      if case .buffer = entry { isAveraged = isAveraged && averagesBuffers }
      if isAveraged {
        others[index].lerp(to: value, weight: Float(1 - decay))
      } else {
        others[index] = value
      }
    }
  }

  /// Puts the averaged weights into the model.
  public func beforeValidate(_ learner: Learner) throws { useAveragedWeights() }

  /// Puts the trained weights back.
  public func afterValidate(_ learner: Learner) throws { restoreTrainedWeights() }

  /// Puts the trained weights back if validation did not end.
  public func afterCancelEpoch(_ learner: Learner) throws { restoreTrainedWeights() }

  /// Puts the trained weights back if validation did not end.
  public func afterCancelFit(_ learner: Learner) throws { restoreTrainedWeights() }

  /// Leaves the averaged weights in the model.
  public func afterFit(_ learner: Learner) throws {
    useAveragedWeights()
    isSwapped = false
    (entries, others) = ([], [])
  }

  private func useAveragedWeights() { if !isSwapped { swap() } }

  private func restoreTrainedWeights() { if isSwapped { swap() } }

  /// Exchanges the weights of the model; only references are moved.
  private func swap() {
    for (index, (_, entry)) in entries.enumerated() {
      let value = entry.value
      entry.value = others[index]
      others[index] = value
    }
    isSwapped.toggle()
  }
}

extension ExponentialMovingAverage: WeightAveraging {
  /// Runs `body` while the model has the averaged weights.
  ///
  /// - Throws: The error of `body`.
  public func withAveragedWeights<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard !isSwapped else { return try body() }
    useAveragedWeights()
    defer { restoreTrainedWeights() }
    return try body()
  }
}

extension ExponentialMovingAverage: ResumableCallback {
  /// The averages and the number of steps.
  public func state() throws -> CallbackState {
    let averages = isSwapped ? entries.map(\.entry.value) : others
    return try CallbackState(
      steps,
      tensors: StateDictionary(zip(entries, averages).map { (name: $0.name, tensor: $1.rowMajor) }))
  }

  /// Restores the averages and the number of steps.
  ///
  /// - Throws: `CallbackStateError` if the state lacks the average of a parameter, or has one of another shape.
  public func restore(_ state: CallbackState) throws {
    steps = try state.values(as: Int.self)
    restoreTrainedWeights()
    others = try entries.map { name, entry in
      let value = entry.value
      guard let tensor = state.tensors[name] else {
        throw CallbackStateError(.missing, callback: stateName, name: name)
      }
      guard tensor.shape == value.shape, tensor.dtype == value.dtype else {
        throw CallbackStateError(
          .shape(model: value.shape, state: tensor.shape), callback: stateName, name: name)
      }
      return tensor
    }
  }
}

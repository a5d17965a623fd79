public import Layers
import Tensors

/// Updates all parameters of a model, group by group (fastai's `Optimizer`).
///
/// By default, parameters of normalization layers and biases have no weight decay (`wd_bn_bias`), and
/// parameters of normalization layers stay trainable in frozen groups (`train_bn`).
public final class Optimizer {
  /// The update of one parameter.
  let rule: any UpdateRule
  /// Hyperparameters of each group (`hypers`).
  public var hyperparameters: [Hyperparameters]
  /// Factor applied to every gradient in the next step; reset to 1 after it.
  public var gradientScale = 1.0
  private let trainsBatchNorm: Bool
  private let decaysNormAndBias: Bool

  /// A parameter and the state of its update rule.
  struct Entry {
    let parameter: Parameter
    let name: String
    let isNorm: Bool
    let isBias: Bool
    var state: [Tensor] = []
    var step = 0
  }
  var groups: [[Entry]]
  private var knownNorm: (changes: Int, norm: Double)?

  /// Creates an optimizer for groups of named parameters, for a custom training loop; a learner has its own.
  ///
  ///     let optimizer = Optimizer(TorchAdamW(), groups: [network.namedParameters])
  ///     optimizer.set(.learningRate, 1e-3)
  ///
  /// All hyperparameters start as the rule's defaults.
  ///
  /// - Parameters:
  ///   - rule: The update of one parameter.
  ///   - groups: Parameter groups, first layers first.
  ///   - trainsBatchNorm: Keep normalization layers trainable in frozen groups (`train_bn`).
  ///   - decaysNormAndBias: Apply weight decay to normalization layers and biases too (`wd_bn_bias`).
  public init(
    _ rule: any UpdateRule, groups: [[(name: String, parameter: Parameter)]],
    trainsBatchNorm: Bool = true, decaysNormAndBias: Bool = false
  ) {
    self.rule = rule
    self.trainsBatchNorm = trainsBatchNorm
    self.decaysNormAndBias = decaysNormAndBias
    hyperparameters = groups.map { _ in rule.defaults }
    self.groups = groups.map { group in
      group.map { name, parameter in
        Entry(
          parameter: parameter, name: name, isNorm: parameter.belongsToNorm,
          isBias: name.split(separator: ".").last == "bias")
      }
    }
  }

  /// Number of groups.
  public var groupCount: Int { groups.count }

  /// Sets the learning rate of each group.
  ///
  /// - Precondition: `.each` has one rate per group.
  package func setLearningRates(_ rates: LearningRates) {
    set(.learningRate, rates)
  }

  /// Sets a hyperparameter of each group (`set_hyper`).
  ///
  ///     learner.optimizer.set(.weightDecay, .each([0, 0.01, 0.1]))
  ///
  /// - Parameters:
  ///   - name: The hyperparameter.
  ///   - values: A value for all groups, or one for each as for learning rates.
  /// - Precondition: `.each` has one value per group.
  public func set(_ name: Hyperparameter, _ values: LearningRates) {
    for (group, value) in values.values(groups: groups.count).enumerated() {
      hyperparameters[group][name] = value
    }
  }

  /// Updates every trainable parameter that has a gradient, and releases the gradients: PyTorch's `step` and `zero_grad`.
  public func step() {
    Profiler.during(.optimizer) { stepAll() }
  }

  private func stepAll() {
    for group in groups.indices {
      for index in groups[group].indices where groups[group][index].parameter.requiresGradient {
        let parameter = groups[group][index].parameter
        guard let gradient = parameter.sink.take() else { continue }
        groups[group][index].step += 1
        let step = UpdateStep(
          hyperparameters[group], number: groups[group][index].step, gradientScale: gradientScale,
          appliesDecay: decaysNormAndBias
            || !(groups[group][index].isNorm || groups[group][index].isBias))
        // Taken out, so that the state has one reference and is updated in place.
        var state = groups[group][index].state
        groups[group][index].state = []
        parameter.update { value in
          if state.isEmpty { state = rule.stateNames.map { _ in value.zerosAlike } }
          for place in state.indices { state[place] = state[place].laidOut(as: value) }
          rule.update(&value, gradient: gradient, state: &state, step: step)
        }
        groups[group][index].state = state
      }
    }
    gradientScale = 1
  }

  /// Sets all gradients to nil (`zero_grad`).
  public func clearGradients() {
    for group in groups { for entry in group { entry.parameter.gradient = nil } }
  }

  /// The L2 norm over all gradients; NaN or infinite if one of them is not finite.
  ///
  /// The norm is cached until a gradient changes.
  public var gradientNorm: Double {
    let changes = groups.joined().reduce(0) { $0 + $1.parameter.sink.changes }
    if let knownNorm, knownNorm.changes == changes { return knownNorm.norm }
    let norm = groups.joined().reduce(0) { sum, entry in
      let norm = entry.parameter.gradient?.norm ?? 0
      return sum + norm * norm
    }.squareRoot()
    knownNorm = (changes, norm)
    return norm
  }

  /// Name of a parameter whose gradient is NaN or infinite, nearest to the loss; nil if all are finite.
  ///
  /// The backward pass visits the last layers first, so the last such parameter is the first affected.
  public var nonFiniteGradientName: String? {
    groups.joined().reversed().first { $0.parameter.gradient?.firstNotFinite != nil }?.name
  }

  /// Freezes the groups before one (`freeze_to`).
  ///
  /// Gradients are dropped, so that weight decay does not continue in frozen groups, and the state of
  /// all parameters is cleared, as in fastai.
  ///
  /// - Parameter group: Index of the first trainable group; a negative number counts from the end.
  /// - Precondition: `group` is in `-groupCount...groupCount`.
  public func freezeTo(_ group: Int) {
    let first = group < 0 ? groups.count + group : group
    precondition(
      (0...groups.count).contains(first), "freezeTo(\(group)) with \(groups.count) groups")
    for (number, entries) in groups.enumerated() {
      for (index, entry) in entries.enumerated() {
        entry.parameter.requiresGradient = number >= first || (trainsBatchNorm && entry.isNorm)
        entry.parameter.gradient = nil
        groups[number][index].state = []
        groups[number][index].step = 0
      }
    }
  }
}

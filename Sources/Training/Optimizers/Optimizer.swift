public import Layers
public import Tensors

/// Learning rates for groups of parameters: fastai's numbers and slices.
public enum LearningRates: Sendable, Equatable, ExpressibleByFloatLiteral {
  /// One rate for all groups.
  case same(Double)
  /// The rate of the last group; a tenth of it for the others (`slice(b)`).
  case last(Double)
  /// Geometric from the first group to the last (`slice(a, b)`).
  case range(Double, Double)
  /// One rate per group.
  case each([Double])

  /// One rate for all groups.
  public init(floatLiteral value: Double) { self = .same(value) }

  /// The rate of each group.
  ///
  /// - Precondition: `.each` has as many rates as there are groups.
  public func values(groups: Int) -> [Double] {
    switch self {
    case .same(let rate): return [Double](repeating: rate, count: groups)
    case .last(let rate): return [Double](repeating: rate / 10, count: groups - 1) + [rate]
    case .range(let first, let last):
      guard groups > 1 else { return [last] }
      let ratio = last / first
      return (0..<groups).map { first * power(ratio, Double($0) / Double(groups - 1)) }
    case .each(let rates):
      precondition(rates.count == groups, "\(rates.count) learning rates for \(groups) groups")
      return rates
    }
  }

  /// Every rate times a factor.
  public func scaled(by factor: Double) -> LearningRates {
    switch self {
    case .same(let rate): .same(rate * factor)
    case .last(let rate): .last(rate * factor)
    case .range(let first, let last): .range(first * factor, last * factor)
    case .each(let rates): .each(rates.map { $0 * factor })
    }
  }
}

/// Takes the steps of all parameters, group by group.
///
/// Norm layers' parameters and biases have no weight decay unless asked (`wd_bn_bias`); norm layers'
/// parameters stay trainable in frozen groups (`train_bn`).
public final class Optimizer {
  /// The rule of a single step.
  public let rule: any UpdateRule
  /// Hyperparameters of each group.
  public var hyperparameters: [Hyperparameters]
  /// A factor for every gradient of the next step, set by clipping.
  public var gradientScale = 1.0
  /// Groups before this one are frozen.
  public private(set) var frozenBefore = 0
  /// Norm layers' parameters stay trainable in frozen groups.
  public let trainsBatchNorm: Bool
  /// Norm layers' parameters and biases decay too.
  public let decaysNormAndBias: Bool

  private struct Entry {
    let parameter: Parameter
    let name: String
    let isNorm: Bool
    let isBias: Bool
    var state: [Tensor] = []
    var step = 0
  }
  private var groups: [[Entry]]
  private var knownNorm: (changes: Int, norm: Double)?

  /// Makes an optimizer over groups of named parameters.
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

  /// All parameters that a gradient is computed for.
  public var trainableParameters: [Parameter] {
    groups.flatMap { $0.map(\.parameter) }.filter(\.requiresGradient)
  }

  /// Sets the learning rates of all groups.
  public func setLearningRates(_ rates: LearningRates) {
    for (group, rate) in rates.values(groups: groups.count).enumerated() {
      hyperparameters[group].learningRate = rate
    }
  }

  /// Changes every parameter that has a gradient.
  public func step() {
    Profiler.during(.optimizer) { stepAll() }
  }

  private func stepAll() {
    for group in groups.indices {
      for index in groups[group].indices where groups[group][index].parameter.requiresGradient {
        guard let gradient = groups[group][index].parameter.sink.take() else { continue }
        var numbers = hyperparameters[group]
        let entry = groups[group][index]
        if !decaysNormAndBias, entry.isNorm || entry.isBias { numbers.weightDecay = 0 }
        groups[group][index].step += 1
        let step = groups[group][index].step
        var state = groups[group][index].state
        groups[group][index].state = []
        entry.parameter.update { value in
          if state.isEmpty { state = rule.stateNames.map { _ in value.zerosAlike } }
          state = state.map { $0.laidOut(as: value) }
          rule.update(
            &value, gradient: gradient, state: &state, hyperparameters: numbers, step: step,
            gradientScale: gradientScale)
        }
        groups[group][index].state = state
      }
    }
    gradientScale = 1
  }

  /// Forgets every gradient.
  public func clearGradients() {
    for group in groups { for entry in group { entry.parameter.gradient = nil } }
  }

  /// The root of the sum of squares of all gradients; not finite if one of them is not.
  ///
  /// One pass over the gradients, however often it is asked for before they change.
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

  /// The parameter whose gradient was the first of the walk to hold a number that is not finite.
  ///
  /// Of those that do, the one nearest to the loss; nil if all are finite.
  public var nameOfBadGradient: String? {
    groups.joined().reversed().first { $0.parameter.gradient?.firstNotFinite != nil }?.name
  }

  // MARK: Freezing

  /// Freezes the groups before one; a negative number counts from the end.
  ///
  /// Gradients of what is frozen are dropped, so that no step goes on decaying it, and all state is
  /// cleared, as in fastai.
  public func freezeTo(_ group: Int) {
    let first = group < 0 ? groups.count + group : group
    precondition(
      (0...groups.count).contains(first), "\(groups.count) groups cannot be frozen before \(group)")
    frozenBefore = first
    for (number, entries) in groups.enumerated() {
      for (index, entry) in entries.enumerated() {
        entry.parameter.requiresGradient = number >= first || (trainsBatchNorm && entry.isNorm)
        entry.parameter.gradient = nil
        groups[number][index].state = []
        groups[number][index].step = 0
      }
    }
  }

  /// Freezes all groups but the last.
  public func freeze() { freezeTo(-1) }

  /// Makes every group trainable.
  public func unfreeze() { freezeTo(0) }

  // MARK: State

  /// Everything kept beside the parameters, by name; row-major.
  public var stateDictionary: [String: Tensor] {
    var found: [String: Tensor] = [:]
    for entry in groups.joined() where entry.step > 0 {
      for (name, tensor) in zip(rule.stateNames, entry.state) {
        found["\(entry.name)#\(name)"] = tensor.rowMajor
      }
      found["\(entry.name)#step"] = Tensor([Int64(entry.step)])
    }
    return found
  }

  /// Takes back what `stateDictionary` gave.
  public func load(_ source: [String: Tensor]) {
    for group in groups.indices {
      for index in groups[group].indices {
        let name = groups[group][index].name
        let state = rule.stateNames.compactMap { source["\(name)#\($0)"] }
        guard let step = source["\(name)#step"], state.count == rule.stateNames.count else {
          continue
        }
        groups[group][index].state = state
        groups[group][index].step = Int(step.scalars(as: Int64.self)[0])
      }
    }
  }
}

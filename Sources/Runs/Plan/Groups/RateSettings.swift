package import Settings
public import Training

/// What the optimizer does with parameter groups, whatever its rule.
public struct RateSettings: Sendable, Equatable {
  /// The highest learning rates (`lr`).
  ///
  /// One number is spread geometrically over the groups, from its hundredth, where the body has weights to start from,
  /// as in fastai's `fine_tune`; else it is the rate of all groups.
  public var learningRates = LearningRates.same(1e-3)
  /// Keep normalization layers trainable in frozen groups (`train_bn`).
  public var trainsBatchNorm = true
  /// Apply weight decay to normalization layers and biases too (`wd_bn_bias`).
  public var decaysNormAndBias = false

  /// Creates the defaults.
  public init() {}
}

extension RateSettings: SettingsGroup {
  package static let fields: [SettingsField<Self>] = [
    SettingsField(
      "lr", \.learningRates,
      Allowed("above 0, at most 1e30") { $0.all.allSatisfy { $0 > 0 && $0 <= 1e30 } },
      "The highest learning rate: a number; a list with one per parameter group; "
        + "{ first = a, last = b }, spaced geometrically; or { last = b }, a tenth for the other groups.",
      aliases: ["learning_rate", "lr_max", "base_lr"]),
    SettingsField(
      "train_bn", \.trainsBatchNorm, "Keep normalization layers trainable in frozen groups."),
    SettingsField(
      "wd_bn_bias", \.decaysNormAndBias,
      "Apply weight decay to normalization layers and biases too."),
  ]
}

extension LearningRates: SettingsValue {
  package static var words: String { "a number, a list of numbers, or { first, last }" }
  package init?(_ node: TOMLNode) {
    if let rate = Double(node) {
      self = .same(rate)
    } else if let rates = [Double](node), !rates.isEmpty {
      self = .each(rates)
    } else if case .table(let table) = node.value, let last = table["last"].flatMap({ Double($0) })
    {
      if table.keys.count == 1 {
        self = .last(last)
      } else if table.keys.count == 2, let first = table["first"].flatMap({ Double($0) }) {
        self = .range(first, last)
      } else {
        return nil
      }
    } else {
      return nil
    }
  }
  package var toml: TOMLValue? {
    switch self {
    case .same(let rate): .float(rate)
    case .last(let rate): .table(TOMLTable(["last": .float(rate)]))
    case .range(let first, let last):
      .table(TOMLTable(["first": .float(first), "last": .float(last)]))
    case .each(let rates): rates.toml
    }
  }

  /// The rates as given.
  var all: [Double] {
    switch self {
    case .same(let rate), .last(let rate): [rate]
    case .range(let first, let last): [first, last]
    case .each(let rates): rates
    }
  }
}

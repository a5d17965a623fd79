import Settings
import Training

/// The arguments of PyTorch's SGD.
struct TorchSGDSettings: OptimizerChoice {
  static let name = "torch_sgd"
  static let summary =
    "PyTorch's SGD; weight decay is added to the gradient. PyTorch decays norms and biases too: wd_bn_bias = true."

  var momentum = 0.0
  var dampening = 0.0
  var weightDecay = 0.0
  var isNesterov = false

  static let fields: [SettingsField<Self>] = [
    .momentum(\.momentum, "Momentum; a schedule may change it, unless it is 0."),
    SettingsField(
      "dampening", \.dampening, .fraction,
      "The gradient enters the average with the factor 1 − dampening, except in the first step."),
    .weightDecay(\.weightDecay),
    SettingsField("nesterov", \.isNesterov, "Nesterov's momentum."),
  ]

  var rule: any UpdateRule {
    TorchSGD(
      momentum: momentum, dampening: dampening, weightDecay: weightDecay, isNesterov: isNesterov)
  }

  var conflict: SettingsConflict? {
    guard isNesterov, momentum == 0 || dampening != 0 else { return nil }
    return SettingsConflict(
      key: "nesterov", value: isNesterov.toml,
      allowed: "false without momentum or with dampening (they are \(momentum) and \(dampening))")
  }
}

extension OptimizerSettings {
  /// PyTorch's SGD (`torch.optim.SGD`).
  ///
  /// - Parameters:
  ///   - momentum: Momentum.
  ///   - dampening: The gradient enters the average with the factor `1 − dampening`, except in the first step.
  ///   - weightDecay: Weight decay, added to the gradient (`weight_decay`).
  ///   - isNesterov: Nesterov's momentum (`nesterov`).
  /// - Returns: The settings of the optimizer.
  public static func torchSGD(
    momentum: Double = 0, dampening: Double = 0, weightDecay: Double = 0, isNesterov: Bool = false
  ) -> OptimizerSettings {
    OptimizerSettings(
      TorchSGDSettings(
        momentum: momentum, dampening: dampening, weightDecay: weightDecay, isNesterov: isNesterov))
  }
}

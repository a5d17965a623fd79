import Settings
import Training

/// The arguments of PyTorch's RMSprop.
struct TorchRMSpropSettings: OptimizerChoice {
  static let name = "torch_rmsprop"
  static let summary =
    "PyTorch's RMSprop; weight decay is added to the gradient. PyTorch decays norms and biases too: wd_bn_bias = true."

  var alpha = 0.99
  var momentum = 0.0
  var epsilon = 1e-8
  var weightDecay = 0.0
  var isCentered = false

  static let fields: [SettingsField<Self>] = [
    SettingsField(
      "alpha", \.alpha, .from(0, below: 1), "The factor of the old average of the square."),
    .momentum(\.momentum, "Momentum; a schedule may change it, unless it is 0."),
    .epsilon(\.epsilon),
    .weightDecay(\.weightDecay),
    SettingsField(
      "centered", \.isCentered,
      "Divide by the standard deviation of the gradient instead of the root mean square."),
  ]

  var rule: any UpdateRule {
    TorchRMSprop(
      alpha: alpha, momentum: momentum, epsilon: epsilon, weightDecay: weightDecay,
      isCentered: isCentered)
  }
}

extension OptimizerSettings {
  /// PyTorch's RMSprop (`torch.optim.RMSprop`).
  ///
  /// - Parameters:
  ///   - alpha: The factor of the old average of the square.
  ///   - momentum: Momentum; none if it is 0.
  ///   - epsilon: Added to the denominator (`eps`).
  ///   - weightDecay: Weight decay (`weight_decay`).
  ///   - isCentered: Divide by the standard deviation of the gradient (`centered`).
  /// - Returns: The settings of the optimizer.
  public static func torchRMSprop(
    alpha: Double = 0.99, momentum: Double = 0.0, epsilon: Double = 1e-8, weightDecay: Double = 0.0,
    isCentered: Bool = false
  ) -> OptimizerSettings {
    OptimizerSettings(
      TorchRMSpropSettings(
        alpha: alpha, momentum: momentum, epsilon: epsilon, weightDecay: weightDecay,
        isCentered: isCentered))
  }
}

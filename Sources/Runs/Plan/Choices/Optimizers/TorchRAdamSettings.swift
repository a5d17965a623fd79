import Settings
import Training

/// The arguments of PyTorch's RAdam.
struct TorchRAdamSettings: OptimizerChoice {
  static let name = "torch_radam"
  static let summary =
    "PyTorch's rectified Adam. PyTorch decays norms and biases too: wd_bn_bias = true."

  var betas = [0.9, 0.999]
  var epsilon = 1e-8
  var weightDecay = 0.0
  var isDecoupled = false

  static let fields: [SettingsField<Self>] = [
    .betas(\.betas),
    .epsilon(\.epsilon),
    .weightDecay(\.weightDecay),
    SettingsField(
      "decoupled_weight_decay", \.isDecoupled,
      "Decay the weights; false: add the decay to the gradient (L2)."),
  ]

  var rule: any UpdateRule {
    TorchRAdam(
      betas: (betas[0], betas[1]), epsilon: epsilon, weightDecay: weightDecay,
      isDecoupled: isDecoupled)
  }
}

extension OptimizerSettings {
  /// PyTorch's RAdam (`torch.optim.RAdam`).
  ///
  /// - Parameters:
  ///   - betas: β₁ and β₂.
  ///   - epsilon: Added to the denominator (`eps`).
  ///   - weightDecay: Weight decay (`weight_decay`).
  ///   - isDecoupled: Decay the weights instead of adding to the gradient (`decoupled_weight_decay`).
  /// - Returns: The settings of the optimizer.
  public static func torchRAdam(
    betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8, weightDecay: Double = 0.0,
    isDecoupled: Bool = false
  ) -> OptimizerSettings {
    OptimizerSettings(
      TorchRAdamSettings(
        betas: [betas.0, betas.1], epsilon: epsilon, weightDecay: weightDecay,
        isDecoupled: isDecoupled))
  }
}

import Settings
import Training

/// The arguments of PyTorch's Adam.
struct TorchAdamSettings: OptimizerChoice {
  static let name = "torch_adam"
  static let summary =
    "PyTorch's Adam; weight decay is added to the gradient. PyTorch decays norms and biases too: wd_bn_bias = true."

  var betas = [0.9, 0.999]
  var epsilon = 1e-8
  var weightDecay = 0.0
  var isAMSGrad = false

  static let fields: [SettingsField<Self>] = [
    .betas(\.betas),
    .epsilon(\.epsilon),
    .weightDecay(\.weightDecay),
    .amsgrad(\.isAMSGrad),
  ]

  var rule: any UpdateRule {
    TorchAdam(
      betas: (betas[0], betas[1]), epsilon: epsilon, weightDecay: weightDecay, isAMSGrad: isAMSGrad)
  }
}

/// The arguments of PyTorch's AdamW.
struct TorchAdamWSettings: OptimizerChoice {
  static let name = "torch_adamw"
  static let summary =
    "PyTorch's AdamW, Adam with decoupled weight decay. PyTorch decays norms and biases too: wd_bn_bias = true."

  var betas = [0.9, 0.999]
  var epsilon = 1e-8
  var weightDecay = 0.01
  var isAMSGrad = false

  static let fields: [SettingsField<Self>] = [
    .betas(\.betas),
    .epsilon(\.epsilon),
    .weightDecay(\.weightDecay),
    .amsgrad(\.isAMSGrad),
  ]

  var rule: any UpdateRule {
    TorchAdamW(
      betas: (betas[0], betas[1]), epsilon: epsilon, weightDecay: weightDecay, isAMSGrad: isAMSGrad)
  }
}

extension OptimizerSettings {
  /// PyTorch's Adam (`torch.optim.Adam`).
  ///
  /// - Parameters:
  ///   - betas: β₁ and β₂.
  ///   - epsilon: Added to the denominator (`eps`).
  ///   - weightDecay: Weight decay (`weight_decay`).
  ///   - isAMSGrad: Divide by the maximum of the averages of the square so far (`amsgrad`).
  /// - Returns: The settings of the optimizer.
  public static func torchAdam(
    betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8, weightDecay: Double = 0.0,
    isAMSGrad: Bool = false
  ) -> OptimizerSettings {
    OptimizerSettings(
      TorchAdamSettings(
        betas: [betas.0, betas.1], epsilon: epsilon, weightDecay: weightDecay, isAMSGrad: isAMSGrad)
    )
  }

  /// PyTorch's AdamW (`torch.optim.AdamW`).
  ///
  /// - Parameters:
  ///   - betas: β₁ and β₂.
  ///   - epsilon: Added to the denominator (`eps`).
  ///   - weightDecay: Weight decay (`weight_decay`).
  ///   - isAMSGrad: Divide by the maximum of the averages of the square so far (`amsgrad`).
  /// - Returns: The settings of the optimizer.
  public static func torchAdamW(
    betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8, weightDecay: Double = 0.01,
    isAMSGrad: Bool = false
  ) -> OptimizerSettings {
    OptimizerSettings(
      TorchAdamWSettings(
        betas: [betas.0, betas.1], epsilon: epsilon, weightDecay: weightDecay, isAMSGrad: isAMSGrad)
    )
  }
}

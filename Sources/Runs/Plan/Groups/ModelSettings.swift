package import Settings
public import Vision

/// The network and its first weights.
public struct ModelSettings: Sendable, Equatable {
  /// The name of the architecture (`arch`).
  public var architecture = "resnet18"
  /// A file of weights to start from; nil: random weights.
  public var weights: String?
  /// The key of the network's dictionary in that file, or a prefix of its names, if the file has several networks.
  public var weightsPart: String?
  /// Input pixels per cell of the body's output: 32, 16 or 8 for a ResNet; nil: the architecture's.
  public var outputStride: Int?
  /// Recompute activations in backward (gradient checkpointing).
  public var recomputes = false
  /// The layers behind the body.
  public var head = HeadOptions()

  /// Creates the defaults.
  public init() {}
}

extension ModelSettings: SettingsGroup {
  package static let fields: [SettingsField<Self>] = [
    SettingsField(
      "arch", \.architecture, "The architecture; `lightbox models` lists them.",
      aliases: ["architecture", "name"]),
    SettingsField(
      "weights", \.weights,
      "Pretrained weights: a safetensors or PyTorch file of torchvision, timm or fastai.",
      unset: "random weights", aliases: ["pretrained", "checkpoint"]),
    SettingsField(
      "part", \.weightsPart,
      "Of a file with several networks: the key of one, or the prefix of its names.",
      unset: "the only one that fits"),
    SettingsField(
      "output_stride", \.outputStride, .within(1, 64),
      "Input pixels per cell of the last layer, for ResNets: 32, 16 or 8.",
      unset: "the architecture's"),
    SettingsField(
      "recompute", \.recomputes,
      "Recompute activations in backward: about half the memory, a third more time.",
      aliases: ["gradient_checkpointing"]),
  ]
}

extension HeadOptions: SettingsGroup {
  package init() { self.init(linearFeatures: [512]) }

  package static let fields: [SettingsField<Self>] = [
    SettingsField(
      "lin_ftrs", \.linearFeatures, .each(.within(1, 16_384), count: 0...8),
      "Outputs of the hidden linear layers."),
    SettingsField(
      "ps", \.dropoutProbabilities, .each(.from(0, below: 1), count: 1...9),
      "Dropout before each linear layer; of one number, the layers before the last take half.",
      aliases: ["dropout", "drop"]),
    SettingsField(
      "concat_pool", \.concatPool, "Pool maxima and means; false: means only."),
    SettingsField("first_bn", \.firstBatchNorm, "A batch norm before the first linear layer."),
    SettingsField("bn_final", \.batchNormFinal, "A batch norm after the last linear layer."),
  ]
}

// timm's networks, by its names.

extension ResNet {
  /// ResNet-18 that blurs before it strides.
  ///
  /// Reference: Zhang, arXiv:1904.11486
  public static func resnetblur18(classes: Int = 1000, inputChannels: Int = 3) -> ResNet {
    ResNet(
      .basic, depths: [2, 2, 2, 2], classes: classes, inputChannels: inputChannels,
      timm: TimmOptions(antialiasing: .blur))
  }

  /// ResNet-50 that blurs before it strides.
  public static func resnetblur50(classes: Int = 1000, inputChannels: Int = 3) -> ResNet {
    ResNet(
      .bottleneck, depths: [3, 4, 6, 3], classes: classes, inputChannels: inputChannels,
      timm: TimmOptions(antialiasing: .blur))
  }

  /// ResNet-50 that takes means before it strides.
  public static func resnetaa50(classes: Int = 1000, inputChannels: Int = 3) -> ResNet {
    ResNet(
      .bottleneck, depths: [3, 4, 6, 3], classes: classes, inputChannels: inputChannels,
      timm: TimmOptions(antialiasing: .average))
  }

  /// ResNet-18 with squeeze and excitation.
  ///
  /// Reference: Hu et al., arXiv:1709.01507.
  public static func seresnet18(classes: Int = 1000, inputChannels: Int = 3) -> ResNet {
    ResNet(
      .basic, depths: [2, 2, 2, 2], classes: classes, inputChannels: inputChannels,
      timm: TimmOptions(squeezes: true))
  }

  /// ResNet-50 with squeeze and excitation.
  public static func seresnet50(classes: Int = 1000, inputChannels: Int = 3) -> ResNet {
    ResNet(
      .bottleneck, depths: [3, 4, 6, 3], classes: classes, inputChannels: inputChannels,
      timm: TimmOptions(squeezes: true))
  }

  /// ResNet-18 with a deep stem and averaging shortcuts.
  ///
  /// Reference: He et al., arXiv:1812.01187.
  public static func resnet18d(classes: Int = 1000, inputChannels: Int = 3) -> ResNet {
    ResNet(
      .basic, depths: [2, 2, 2, 2], classes: classes, inputChannels: inputChannels,
      timm: typeD)
  }

  /// ResNet-34 with a deep stem and averaging shortcuts.
  public static func resnet34d(classes: Int = 1000, inputChannels: Int = 3) -> ResNet {
    ResNet(
      .basic, depths: [3, 4, 6, 3], classes: classes, inputChannels: inputChannels,
      timm: typeD)
  }

  /// A ResNet of two bottlenecks a layer, with a deep stem and averaging shortcuts.
  public static func resnet26d(classes: Int = 1000, inputChannels: Int = 3) -> ResNet {
    ResNet(
      .bottleneck, depths: [2, 2, 2, 2], classes: classes, inputChannels: inputChannels,
      timm: typeD)
  }

  /// ResNet-50 with a deep stem and averaging shortcuts.
  public static func resnet50d(classes: Int = 1000, inputChannels: Int = 3) -> ResNet {
    ResNet(
      .bottleneck, depths: [3, 4, 6, 3], classes: classes, inputChannels: inputChannels,
      timm: typeD)
  }

  /// ResNet-101 with a deep stem and averaging shortcuts.
  public static func resnet101d(classes: Int = 1000, inputChannels: Int = 3) -> ResNet {
    ResNet(
      .bottleneck, depths: [3, 4, 23, 3], classes: classes, inputChannels: inputChannels,
      timm: typeD)
  }

  private static let typeD = TimmOptions(deepStem: true, averagesShortcuts: true)
}

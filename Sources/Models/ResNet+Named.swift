extension ResNet {
  /// ResNet-18.
  public static func resnet18(classes: Int = 1000, inputChannels: Int = 3) -> ResNet {
    ResNet(.basic, depths: [2, 2, 2, 2], classes: classes, inputChannels: inputChannels)
  }

  /// ResNet-34.
  public static func resnet34(classes: Int = 1000, inputChannels: Int = 3) -> ResNet {
    ResNet(.basic, depths: [3, 4, 6, 3], classes: classes, inputChannels: inputChannels)
  }

  /// ResNet-50.
  public static func resnet50(classes: Int = 1000, inputChannels: Int = 3) -> ResNet {
    ResNet(.bottleneck, depths: [3, 4, 6, 3], classes: classes, inputChannels: inputChannels)
  }

  /// ResNet-101.
  public static func resnet101(classes: Int = 1000, inputChannels: Int = 3) -> ResNet {
    ResNet(.bottleneck, depths: [3, 4, 23, 3], classes: classes, inputChannels: inputChannels)
  }

  /// ResNet-152.
  public static func resnet152(classes: Int = 1000, inputChannels: Int = 3) -> ResNet {
    ResNet(.bottleneck, depths: [3, 8, 36, 3], classes: classes, inputChannels: inputChannels)
  }

  /// ResNet-50 with bottlenecks twice as wide.
  ///
  /// Reference: Zagoruyko and Komodakis, arXiv:1605.07146.
  public static func wideResnet50(classes: Int = 1000, inputChannels: Int = 3) -> ResNet {
    ResNet(
      .bottleneck, depths: [3, 4, 6, 3], classes: classes, inputChannels: inputChannels,
      widthPerGroup: 128)
  }

  /// ResNet-101 with bottlenecks twice as wide.
  public static func wideResnet101(classes: Int = 1000, inputChannels: Int = 3) -> ResNet {
    ResNet(
      .bottleneck, depths: [3, 4, 23, 3], classes: classes, inputChannels: inputChannels,
      widthPerGroup: 128)
  }

  /// ResNeXt-50 of 32 groups of 4 channels.
  ///
  /// Reference: Xie et al., arXiv:1611.05431.
  public static func resnext50(classes: Int = 1000, inputChannels: Int = 3) -> ResNet {
    ResNet(
      .bottleneck, depths: [3, 4, 6, 3], classes: classes, inputChannels: inputChannels, groups: 32,
      widthPerGroup: 4)
  }

  /// ResNeXt-101 of 32 groups of 8 channels.
  public static func resnext101(classes: Int = 1000, inputChannels: Int = 3) -> ResNet {
    ResNet(
      .bottleneck, depths: [3, 4, 23, 3], classes: classes, inputChannels: inputChannels,
      groups: 32, widthPerGroup: 8)
  }
}

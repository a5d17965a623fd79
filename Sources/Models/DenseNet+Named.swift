extension DenseNet {
  /// DenseNet-121.
  public static func densenet121(classes: Int = 1000, inputChannels: Int = 3) -> DenseNet {
    DenseNet(
      growth: 32, depths: [6, 12, 24, 16], stem: 64, classes: classes, inputChannels: inputChannels)
  }

  /// DenseNet-161.
  public static func densenet161(classes: Int = 1000, inputChannels: Int = 3) -> DenseNet {
    DenseNet(
      growth: 48, depths: [6, 12, 36, 24], stem: 96, classes: classes, inputChannels: inputChannels)
  }

  /// DenseNet-169.
  public static func densenet169(classes: Int = 1000, inputChannels: Int = 3) -> DenseNet {
    DenseNet(
      growth: 32, depths: [6, 12, 32, 32], stem: 64, classes: classes, inputChannels: inputChannels)
  }

  /// DenseNet-201.
  public static func densenet201(classes: Int = 1000, inputChannels: Int = 3) -> DenseNet {
    DenseNet(
      growth: 32, depths: [6, 12, 48, 32], stem: 64, classes: classes, inputChannels: inputChannels)
  }
}

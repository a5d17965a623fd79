extension Architecture {
  /// All architectures that come with the framework, in order of their names.
  public static let all: [Architecture] = [
    Architecture(
      "chexnet", origin: .chexnet, classes: CheXNet.labels.count, labels: CheXNet.labels
    ) { CheXNet(classes: $0, inputChannels: $1) },
    Architecture("densenet121", origin: .torchvision, make: DenseNet.densenet121),
    Architecture("densenet161", origin: .torchvision, make: DenseNet.densenet161),
    Architecture("densenet169", origin: .torchvision, make: DenseNet.densenet169),
    Architecture("densenet201", origin: .torchvision, make: DenseNet.densenet201),
    Architecture("resnet101", origin: .torchvision, make: ResNet.resnet101),
    Architecture("resnet101d", origin: .timm, make: ResNet.resnet101d),
    Architecture("resnet152", origin: .torchvision, make: ResNet.resnet152),
    Architecture("resnet18", origin: .torchvision, make: ResNet.resnet18),
    Architecture("resnet18d", origin: .timm, make: ResNet.resnet18d),
    cifar("resnet20", CIFARResNet.resnet20),
    Architecture("resnet26d", origin: .timm, make: ResNet.resnet26d),
    cifar("resnet32", CIFARResNet.resnet32),
    Architecture("resnet34", origin: .torchvision, make: ResNet.resnet34),
    Architecture("resnet34d", origin: .timm, make: ResNet.resnet34d),
    cifar("resnet44", CIFARResNet.resnet44),
    Architecture("resnet50", origin: .torchvision, make: ResNet.resnet50),
    Architecture("resnet50d", origin: .timm, make: ResNet.resnet50d),
    cifar("resnet56", CIFARResNet.resnet56),
    Architecture("resnetaa50", origin: .timm, make: ResNet.resnetaa50),
    Architecture("resnetblur18", origin: .timm, make: ResNet.resnetblur18),
    Architecture("resnetblur50", origin: .timm, make: ResNet.resnetblur50),
    Architecture("resnext101_32x8d", origin: .torchvision, make: ResNet.resnext101),
    Architecture("resnext50_32x4d", origin: .torchvision, make: ResNet.resnext50),
    Architecture("seresnet18", origin: .timm, make: ResNet.seresnet18),
    Architecture("seresnet50", origin: .timm, make: ResNet.seresnet50),
    Architecture("wide_resnet101_2", origin: .torchvision, make: ResNet.wideResnet101),
    Architecture("wide_resnet50_2", origin: .torchvision, make: ResNet.wideResnet50),
    xresnet("xresnet101", .bottleneck, [3, 4, 23, 3]),
    xresnet("xresnet152", .bottleneck, [3, 8, 36, 3]),
    xresnet("xresnet18", .basic, [2, 2, 2, 2]),
    xresnet("xresnet18_deep", .basic, [2, 2, 2, 2, 1, 1]),
    xresnet("xresnet18_deeper", .basic, [2, 2, 1, 1, 1, 1, 1, 1]),
    xresnet("xresnet34", .basic, [3, 4, 6, 3]),
    xresnet("xresnet34_deep", .basic, [3, 4, 6, 3, 1, 1]),
    xresnet("xresnet34_deeper", .basic, [3, 4, 6, 3, 1, 1, 1, 1]),
    xresnet("xresnet50", .bottleneck, [3, 4, 6, 3]),
    xresnet("xresnet50_deep", .bottleneck, [3, 4, 6, 3, 1, 1]),
    xresnet("xresnet50_deeper", .bottleneck, [3, 4, 6, 3, 1, 1, 1, 1]),
  ]

  private static func cifar(
    _ name: String, _ make: @escaping @Sendable (Int, Int) -> CIFARResNet
  ) -> Architecture {
    Architecture(name, origin: .cifar, classes: 10, imageSize: 32, make: make)
  }

  private static func xresnet(_ name: String, _ block: ResNet.Block, _ depths: [Int])
    -> Architecture
  {
    Architecture(name, origin: .fastai) {
      XResNet(block, depths: depths, classes: $0, inputChannels: $1)
    }
  }
}

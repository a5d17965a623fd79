extension Architecture {
  /// All built-in architectures, sorted by name.
  public static let all: [Architecture] = (torchvision + timm + fastai + cifar + pylon + [chexnet])
    .sorted { $0.name < $1.name }

  private static let torchvision = [
    resnet("resnet18", .basic, [2, 2, 2, 2]),
    resnet("resnet34", .basic, [3, 4, 6, 3]),
    resnet("resnet50", .bottleneck, [3, 4, 6, 3]),
    resnet("resnet101", .bottleneck, [3, 4, 23, 3]),
    resnet("resnet152", .bottleneck, [3, 8, 36, 3]),
    // Xie et al., arXiv:1611.05431.
    resnet("resnext50_32x4d", .bottleneck, [3, 4, 6, 3], groups: 32, widthPerGroup: 4),
    resnet("resnext101_32x8d", .bottleneck, [3, 4, 23, 3], groups: 32, widthPerGroup: 8),
    // Zagoruyko and Komodakis, arXiv:1605.07146.
    resnet("wide_resnet50_2", .bottleneck, [3, 4, 6, 3], widthPerGroup: 128),
    resnet("wide_resnet101_2", .bottleneck, [3, 4, 23, 3], widthPerGroup: 128),
    densenet("densenet121", growthRate: 32, [6, 12, 24, 16], stem: 64),
    densenet("densenet161", growthRate: 48, [6, 12, 36, 24], stem: 96),
    densenet("densenet169", growthRate: 32, [6, 12, 32, 32], stem: 64),
    densenet("densenet201", growthRate: 32, [6, 12, 48, 32], stem: 64),
  ]

  private static let timm: [Architecture] = {
    // ResNet-D: He et al., arXiv:1812.01187.
    let typeD = TimmOptions(deepStem: true, averagesShortcuts: true)
    return [
      resnet("resnet18d", .basic, [2, 2, 2, 2], timm: typeD),
      resnet("resnet26d", .bottleneck, [2, 2, 2, 2], timm: typeD),
      resnet("resnet34d", .basic, [3, 4, 6, 3], timm: typeD),
      resnet("resnet50d", .bottleneck, [3, 4, 6, 3], timm: typeD),
      resnet("resnet101d", .bottleneck, [3, 4, 23, 3], timm: typeD),
      // Zhang, arXiv:1904.11486.
      resnet("resnetblur18", .basic, [2, 2, 2, 2], timm: TimmOptions(antialiasing: .blur)),
      resnet("resnetblur50", .bottleneck, [3, 4, 6, 3], timm: TimmOptions(antialiasing: .blur)),
      resnet("resnetaa50", .bottleneck, [3, 4, 6, 3], timm: TimmOptions(antialiasing: .average)),
      // Hu et al., arXiv:1709.01507.
      resnet("seresnet18", .basic, [2, 2, 2, 2], timm: TimmOptions(squeezeExcitation: true)),
      resnet("seresnet50", .bottleneck, [3, 4, 6, 3], timm: TimmOptions(squeezeExcitation: true)),
    ]
  }()

  private static let fastai = [
    xresnet("xresnet18", .basic, [2, 2, 2, 2]),
    xresnet("xresnet18_deep", .basic, [2, 2, 2, 2, 1, 1]),
    xresnet("xresnet18_deeper", .basic, [2, 2, 1, 1, 1, 1, 1, 1]),
    xresnet("xresnet34", .basic, [3, 4, 6, 3]),
    xresnet("xresnet34_deep", .basic, [3, 4, 6, 3, 1, 1]),
    xresnet("xresnet34_deeper", .basic, [3, 4, 6, 3, 1, 1, 1, 1]),
    xresnet("xresnet50", .bottleneck, [3, 4, 6, 3]),
    xresnet("xresnet50_deep", .bottleneck, [3, 4, 6, 3, 1, 1]),
    xresnet("xresnet50_deeper", .bottleneck, [3, 4, 6, 3, 1, 1, 1, 1]),
    xresnet("xresnet101", .bottleneck, [3, 4, 23, 3]),
    xresnet("xresnet152", .bottleneck, [3, 8, 36, 3]),
  ]

  private static let cifar = [("resnet20", 3), ("resnet32", 5), ("resnet44", 7), ("resnet56", 9)]
    .map { name, depth in
      Architecture(name, origin: .cifar, classCount: 10, imageSize: 32) {
        CIFARResNet(depth: depth, classCount: $0, inputChannels: $1)
      }
    }

  private static let pylon = [
    pylon("pylon_resnet18", .basic, [2, 2, 2, 2]), pylon("pylon_resnet34", .basic, [3, 4, 6, 3]),
    pylon("pylon_resnet50", .bottleneck, [3, 4, 6, 3]),
  ]

  private static func pylon(
    _ name: String, _ block: ResidualBlockKind, _ depths: [Int]
  ) -> Architecture {
    Architecture(name, origin: .pylon, classCount: 14, imageSize: 256) {
      Pylon(ResNet(block, depths: depths, classCount: 1, inputChannels: $1), classCount: $0)
    }
  }

  private static let chexnet = Architecture(
    "chexnet", origin: .chexnet, classCount: CheXNet.vocab.count, vocab: CheXNet.vocab
  ) { CheXNet(classCount: $0, inputChannels: $1) }

  private static func resnet(
    _ name: String, _ block: ResidualBlockKind, _ depths: [Int], groups: Int = 1,
    widthPerGroup: Int = 64, timm: TimmOptions? = nil
  ) -> Architecture {
    Architecture(name, origin: timm == nil ? .torchvision : .timm) {
      ResNet(
        block, depths: depths, classCount: $0, inputChannels: $1, groups: groups,
        widthPerGroup: widthPerGroup, timm: timm)
    }
  }

  private static func densenet(
    _ name: String, growthRate: Int, _ depths: [Int], stem: Int
  ) -> Architecture {
    Architecture(name, origin: .torchvision) {
      DenseNet(
        growthRate: growthRate, depths: depths, stem: stem, classCount: $0, inputChannels: $1)
    }
  }

  private static func xresnet(
    _ name: String, _ block: ResidualBlockKind, _ depths: [Int]
  ) -> Architecture {
    Architecture(name, origin: .fastai) {
      XResNet(block, depths: depths, classCount: $0, inputChannels: $1)
    }
  }
}

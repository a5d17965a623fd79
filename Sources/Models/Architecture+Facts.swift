import Layers

extension Architecture {
  /// What a list shows of an architecture.
  package struct Facts: Sendable, Equatable {
    /// The number of parameters, with the default number of classes.
    package let parameters: Int
    /// Multiply-adds of convolutions and linear layers for one image of 3 x 224 x 224.
    package let multiplyAdds: Int
    /// The default layer for activation maps.
    package let mapLayer: String
    /// The kind of output.
    package let outputs: ClassifierOutputs

    init(
      _ parameters: Int, _ multiplyAdds: Int, _ mapLayer: String,
      _ outputs: ClassifierOutputs = .logits
    ) {
      self.parameters = parameters
      self.multiplyAdds = multiplyAdds
      self.mapLayer = mapLayer
      self.outputs = outputs
    }

    /// Counts the layers of a new network, which takes milliseconds.
    package init(counting architecture: Architecture) {
      let model = architecture.makeModel()
      let summary = ModelSummary(of: model, input: [1, 3, 224, 224])
      parameters = summary.parameters
      multiplyAdds = summary.multiplyAdds
      mapLayer = model.lastSpatialLayerPath
      outputs = model.outputs
    }
  }

  /// What a list shows: of built-in architectures without creating the network.
  package var facts: Facts {
    origin == .own ? Facts(counting: self) : Self.counted[name] ?? Facts(counting: self)
  }

  /// The facts of the built-in architectures; a test compares each of them with the network.
  private static let counted: [String: Facts] = [
    "chexnet": Facts(6_968_206, 2_833_152_000, "densenet121.features", .probabilities),
    "densenet121": Facts(7_978_856, 2_834_161_664, "features"),
    "densenet161": Facts(28_681_000, 7_727_907_072, "features"),
    "densenet169": Facts(14_149_480, 3_359_843_328, "features"),
    "densenet201": Facts(20_013_928, 4_291_365_888, "features"),
    "pylon_resnet18": Facts(11_415_317, 1_906_287_594, "decoder.output"),
    "pylon_resnet34": Facts(21_523_477, 3_755_975_658, "decoder.output"),
    "pylon_resnet50": Facts(25_485_013, 4_903_601_130, "decoder.output"),
    "resnet101": Facts(44_549_160, 7_801_405_440, "layer4"),
    "resnet101d": Facts(44_568_392, 8_041_046_016, "layer4"),
    "resnet152": Facts(60_192_808, 11_513_626_624, "layer4"),
    "resnet18": Facts(11_689_512, 1_814_073_344, "layer4"),
    "resnet18d": Facts(11_708_744, 2_053_713_920, "layer4"),
    "resnet20": Facts(269_722, 1_986_970_240, "layer3"),
    "resnet26d": Facts(16_014_408, 2_581_897_216, "layer4"),
    "resnet32": Facts(464_154, 3_374_236_288, "layer3"),
    "resnet34": Facts(21_797_672, 3_663_761_408, "layer4"),
    "resnet34d": Facts(21_816_904, 3_903_401_984, "layer4"),
    "resnet44": Facts(658_586, 4_761_502_336, "layer3"),
    "resnet50": Facts(25_557_032, 4_089_184_256, "layer4"),
    "resnet50d": Facts(25_576_264, 4_328_824_832, "layer4"),
    "resnet56": Facts(853_018, 6_148_768_384, "layer3"),
    "resnetaa50": Facts(25_557_032, 5_129_633_792, "layer4"),
    "resnetblur18": Facts(11_689_512, 2_334_298_112, "layer4"),
    "resnetblur50": Facts(25_557_032, 5_129_633_792, "layer4"),
    "resnext101_32x8d": Facts(88_791_336, 16_414_015_488, "layer4"),
    "resnext50_32x4d": Facts(25_028_904, 4_230_479_872, "layer4"),
    "seresnet18": Facts(11_779_624, 1_814_161_408, "layer4"),
    "seresnet50": Facts(28_088_024, 4_091_699_200, "layer4"),
    "wide_resnet101_2": Facts(126_886_696, 22_753_050_624, "layer4"),
    "wide_resnet50_2": Facts(68_883_240, 11_398_021_120, "layer4"),
    "xresnet101": Facts(44_568_392, 8_041_046_016, "7"),
    "xresnet152": Facts(60_212_040, 11_753_267_200, "7"),
    "xresnet18": Facts(11_708_744, 2_053_713_920, "7"),
    "xresnet18_deep": Facts(14_535_496, 2_088_585_216, "9"),
    "xresnet18_deeper": Facts(10_995_528, 1_628_522_496, "11"),
    "xresnet34": Facts(21_816_904, 3_903_401_984, "7"),
    "xresnet34_deep": Facts(24_643_656, 3_938_273_280, "9"),
    "xresnet34_deeper": Facts(27_005_000, 3_940_632_576, "11"),
    "xresnet50": Facts(25_576_264, 4_328_824_832, "7"),
    "xresnet50_deep": Facts(29_147_976, 4_408_279_040, "9"),
    "xresnet50_deeper": Facts(31_382_344, 4_411_293_696, "11"),
  ]
}

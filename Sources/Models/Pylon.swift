package import Layers
package import Tensors

/// PYLON, the pyramid localization network: a ResNet whose features of four resolutions become a map per class, from
/// which the score is the maximum.
///
/// Trained from labels of images, its maps have a quarter of the input's resolution, and need no method of
/// explanation: the map of a class is what its score is made of. On NIH ChestX-ray14 the paper reports a point
/// localization of 0.62, against 0.45 of class activation maps.
///
///     x = PA(layer4);   x = up(x) + conv(layer3);   … layer2;   … layer1;   map = conv1x1(x);   logit = max(map)
///
/// Reference: Preechakul et al., Improved image classification explainability with high-accuracy heatmaps, iScience
/// 25(3), 2022, doi:10.1016/j.isci.2022.103933. The pyramid attention (PA) is that of Li et al., arXiv:1805.10180,
/// without global pooling.
package final class Pylon: Module, BuiltInClassifier, ModuleChain {
  private let encoder: ResNet
  /// From features to the maps of classes; absent from the weights of a ResNet.
  private let decoder: PylonDecoder
  private let features: PylonFeatures
  /// The 1×1 convolution to maps of classes, their maximum and flattening.
  private let head: Sequential

  /// Creates a network with initial values as in the reference.
  ///
  /// - Parameters:
  ///   - encoder: The ResNet; its classifier is not used.
  ///   - classCount: The number of outputs (`n_out`).
  ///   - channels: Channels of the decoder (`n_dec_ch`).
  package init(_ encoder: ResNet, classCount: Int, channels: Int = 128) {
    self.encoder = encoder
    let scales = encoder.stages.map(\.channels)
    let classes = Conv2D(channels, classCount, kernelSize: 1)
    classes.weight.initializer = .xavierUniform(fanIn: channels, fanOut: classCount)
    classes.bias?.initializer = .zeros
    decoder = PylonDecoder(scales, channels: channels, classes: classes)
    features = PylonFeatures(encoder, decoder)
    head = Sequential(classes, AdaptiveMaxPool2D(), Flatten())
    featureCount = channels
    super.init()
    for (layer, _) in encoder.stages { layer.stagePath = nil }
    decoder.output.stagePath = "decoder.output"
  }

  /// The children of the ResNet, and `decoder`.
  package override var namedChildren: [(name: String, module: Module)] {
    encoder.bodyLayers + [("decoder", decoder)]
  }

  /// Maps images, `[batch, channels, height, width]`, to logits, `[batch, classCount]`.
  package override func forward(_ input: Tensor) -> Tensor { head(features(input)) }

  package var chain: [Module] { [features] + head.layers }

  /// Channels of the decoder.
  package let featureCount: Int

  package var body: Sequential { Sequential(features) }
  package var ownHead: Sequential? { head }
  package var bodyGroups: [[Parameter]] { encoder.bodyGroups }
  package var newParameters: [Parameter] { decoder.featureParameters }
  package var blocks: [Module] { encoder.blocks }

  /// "decoder": published weights of a ResNet have none of it.
  package var classifierName: String { "decoder" }
  package var lastSpatialLayerPath: String { "decoder.output" }

  package var olderNames: [Renaming.Rule] {
    [
      Renaming.Rule(reason: "the reference has encoder before the names of the ResNet") { parts in
        parts.first == "encoder" ? Array(parts.dropFirst()) : nil
      },
      Renaming.Rule(reason: "the reference has segmentation_head beside the decoder") { parts in
        parts.first == "segmentation_head" ? ["decoder"] + parts : nil
      },
    ]
  }
}

/// The encoder and the decoder of PYLON without its maps of classes: from images to features.
private final class PylonFeatures: Module {
  private let encoder: ResNet
  private let decoder: PylonDecoder

  init(_ encoder: ResNet, _ decoder: PylonDecoder) {
    self.encoder = encoder
    self.decoder = decoder
  }

  override var namedChildren: [(name: String, module: Module)] {
    [
      ("encoder", Sequential(named: encoder.bodyLayers)),
      ("decoder", Sequential(named: decoder.featureLayers)),
    ]
  }

  /// `[batch, channels, height, width]` to `[batch, decoder's channels, height / 4, width / 4]`.
  override func forward(_ input: Tensor) -> Tensor {
    var x = Module.inSequence(encoder.stem, input)
    var scales: [Tensor] = []
    for stage in encoder.stages {
      x = stage.layer(x)
      scales.append(x)
    }
    return decoder.features(scales)
  }
}

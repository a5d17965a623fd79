import Lightbox

/// A depthwise and a pointwise convolution with squeeze and excitation and a learned scale.
///
/// Parameters and children are stored properties. Their names in snake case, joined by dots, are the
/// names in a checkpoint: `stages.1.pointwise.weight`.
final class SeparableBlock: Module {
  let depthwise: Conv2D
  let norm1: BatchNorm
  let relu = ReLU()
  let pointwise: Conv2D
  let norm2: BatchNorm
  let excitation: SqueezeExcitation
  /// A scale per channel.
  let scale: Parameter

  init(_ inputs: Int, _ outputs: Int) {
    depthwise = Conv2D(
      inputs, inputs, kernelSize: 3, stride: 2, padding: 1, groups: inputs, bias: false)
    norm1 = BatchNorm(inputs)
    pointwise = Conv2D(inputs, outputs, kernelSize: 1, bias: false)
    norm2 = BatchNorm(outputs)
    excitation = SqueezeExcitation(outputs)
    scale = Parameter(shape: [1, outputs, 1, 1], initializer: .ones)
  }

  /// Returns half the rows and columns.
  ///
  /// Call layers, not their `forward`, so that hooks run. `watched(with:)` records a parameter on the
  /// tape of the tensor with which it is combined, so that its gradient is computed.
  override func forward(_ input: Tensor) -> Tensor {
    let x = relu(norm1(depthwise(input)))
    let y = excitation(norm2(pointwise(x)))
    return relu(y * scale.watched(with: y))
  }
}

/// A small network for images.
///
/// A `Module` can be trained, saved, loaded, hooked and explained. The four properties of `ImageClassifier`
/// let `visionLearner` replace its classifier by fastai's head.
final class TinyNet: Module, ImageClassifier {
  let stem: Sequential
  let stages: Sequential
  let pool = AdaptiveAvgPool2D()
  let classifier: Linear

  init(classCount: Int, inputChannels: Int = 3) {
    stem = Sequential(
      Conv2D(inputChannels, 16, kernelSize: 3, stride: 2, padding: 1, bias: false), BatchNorm(16),
      ReLU())
    stages = Sequential(SeparableBlock(16, 32), SeparableBlock(32, 64))
    classifier = Linear(64, classCount)
  }

  override func forward(_ input: Tensor) -> Tensor {
    classifier(pool(stages(stem(input))).flattened())
  }

  var body: Sequential { Sequential(stem, stages) }
  var featureCount: Int { 64 }
  var classifierName: String { "classifier" }
  var lastSpatialLayerPath: String { "stages" }
}

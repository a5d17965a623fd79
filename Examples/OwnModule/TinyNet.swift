import Lightbox

/// A residual block of depthwise and pointwise convolutions that weighs its channels.
///
/// Parameters and children are stored properties. Their names, in snake case and joined by dots, are the
/// names in a checkpoint: `stages.1.pointwise.weight`.
final class Separable: Module {
  let depthwise: Conv2D
  let norm1: BatchNorm
  let relu = ReLU()
  let pointwise: Conv2D
  let norm2: BatchNorm
  let weigh: SqueezeExcitation
  /// A parameter of one's own: how much of the block is added, one number per channel.
  let share: Parameter

  init(_ inputs: Int, _ outputs: Int) {
    depthwise = Conv2D(
      inputs, inputs, kernelSize: 3, stride: 2, padding: 1, groups: inputs, bias: false)
    norm1 = BatchNorm(inputs)
    pointwise = Conv2D(inputs, outputs, kernelSize: 1, bias: false)
    norm2 = BatchNorm(outputs)
    weigh = SqueezeExcitation(outputs)
    share = Parameter(shape: [1, outputs, 1, 1], initializer: .ones)
  }

  /// Half the rows and columns.
  ///
  /// Layers are called, not their `forward`, so that hooks see them. A parameter is watched together
  /// with the tensor it meets, so that its gradient is known.
  override func forward(_ input: Tensor) -> Tensor {
    let x = relu(norm1(depthwise(input)))
    let y = weigh(norm2(pointwise(x)))
    return relu(y * share.watched(with: y))
  }
}

/// A small network for images.
///
/// A `Module` alone trains, saves, loads, hooks and can be explained. The four properties of
/// `ImageClassifier` let `visionLearner` cut it and put fastai's head behind it.
final class TinyNet: Module, ImageClassifier {
  let stem: Sequential
  let stages: Sequential
  let pool = AdaptiveAvgPool2D()
  let classifier: Linear

  init(classCount: Int, inputChannels: Int = 3) {
    stem = Sequential(
      Conv2D(inputChannels, 16, kernelSize: 3, stride: 2, padding: 1, bias: false), BatchNorm(16),
      ReLU())
    stages = Sequential(Separable(16, 32), Separable(32, 64))
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

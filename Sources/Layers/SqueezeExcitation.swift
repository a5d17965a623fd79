public import Tensors

/// Squeeze and excitation, which scales each channel by a weight computed from the whole image: timm's
/// `SEModule`.
///
/// Means over the image, two 1×1 convolutions with a ReLU between them, then a sigmoid.
/// Reference: Hu et al., arXiv:1709.01507.
public final class SqueezeExcitation: Module {
  private let fc1: Conv2D
  private let act = ReLU()
  private let fc2: Conv2D
  private let gate = Sigmoid()

  /// Creates a layer with `channels / 16` hidden channels, rounded to a multiple of 8, at least 8.
  ///
  /// - Parameter channels: Input and output channels.
  public init(_ channels: Int) {
    let few = max(8, (channels / 16 + 4) / 8 * 8)
    fc1 = Conv2D(channels, few, kernelSize: 1)
    fc2 = Conv2D(few, channels, kernelSize: 1)
  }

  /// Scales the channels of `[batch, channels, height, width]`.
  public override func forward(_ input: Tensor) -> Tensor {
    let means = input.adaptiveAvgPool2d(1)
    // In bfloat16, a sigmoid of rounded logits would round twice.
    let logits = fc2(act(fc1(means))).converted(to: .float32)
    return input.scalingChannels(by: gate(logits))
  }
}

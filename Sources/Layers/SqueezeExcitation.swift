public import Tensors

/// Weighs the channels of each image by what all of its pixels say together: timm's `SEModule`.
///
/// Means over the image, two 1×1 convolutions with a ReLU between them, a sigmoid, and every channel
/// times its own number. Reference: Hu et al., arXiv:1709.01507.
public final class SqueezeExcitation: Module {
  /// From all channels to a few.
  public let fc1: Conv2D
  /// Between the two.
  public let act = ReLU()
  /// From the few back to all.
  public let fc2: Conv2D
  /// From numbers to weights between 0 and 1.
  public let gate = Sigmoid()

  /// Makes a layer; a sixteenth of the channels lies between, rounded to a multiple of 8 and at least 8.
  public init(_ channels: Int) {
    let few = max(8, (channels / 16 + 4) / 8 * 8)
    fc1 = Conv2D(channels, few, kernelSize: 1)
    fc2 = Conv2D(few, channels, kernelSize: 1)
  }

  /// Images, `[batch, channels, height, width]`, with their channels weighed.
  public override func forward(_ input: Tensor) -> Tensor {
    let means = input.adaptiveAvgPool2d(1)
    // Few numbers: a sigmoid of what bfloat16 leaves of them would be rounded twice.
    let numbers = fc2(act(fc1(means))).converted(to: .float32)
    return input.scalingChannels(by: gate(numbers))
  }
}

import Layers
import Tensors

/// The options of timm's ResNets that torchvision's lack.
///
/// Layers have timm's names. The last batch norm of every block starts with weight 0, so that the block starts as the identity
/// (`zero_init_last`). Without any option, a network differs from torchvision's in names and initial
/// values only.
package struct TimmOptions: Sendable, Hashable {
  /// The layer that downsamples instead of a strided convolution (`aa_layer`).
  package enum Antialiasing: Sendable, Hashable {
    /// A binomial blur. Reference: Zhang, arXiv:1904.11486.
    case blur
    /// Means of 2×2 pixels.
    case average
  }

  /// Three 3×3 convolutions of 32, 32 and 64 channels instead of one 7×7 convolution
  /// (`stem_type="deep"`).
  ///
  /// Reference, with `averagesShortcuts`: He et al., arXiv:1812.01187, ResNet-C and -D.
  package var deepStem = false
  /// Shortcuts average 2×2 pixels instead of striding (`avg_down`).
  package var averagesShortcuts = false
  /// The downsampling layer of a block; nil: its 3×3 convolution has the stride.
  package var antialiasing: Antialiasing?
  /// Squeeze and excitation at the end of each block (`block_args`).
  package var squeezeExcitation = false

  package init(
    deepStem: Bool = false, averagesShortcuts: Bool = false, antialiasing: Antialiasing? = nil,
    squeezeExcitation: Bool = false
  ) {
    self.deepStem = deepStem
    self.averagesShortcuts = averagesShortcuts
    self.antialiasing = antialiasing
    self.squeezeExcitation = squeezeExcitation
  }

  /// The layer that downsamples instead of the 3×3 convolution; nil if the convolution does.
  func downsamplingLayer(_ stride: Int) -> Module? {
    guard stride > 1, let antialiasing else { return nil }
    return switch antialiasing {
    case .blur: BlurPool2D(stride: stride)
    case .average: AvgPool2D(kernelSize: Extent(stride))
    }
  }

  /// The pooling layer of the stem.
  var stemPooling: Module {
    switch antialiasing {
    case nil: MaxPool2D(kernelSize: 3, stride: 2, padding: 1)
    case .blur: Sequential(MaxPool2D(kernelSize: 3, stride: 1, padding: 1), BlurPool2D())
    case .average: AvgPool2D(kernelSize: 2)
    }
  }

  /// The shortcut of a block; nil if its shape does not change.
  func shortcut(_ inputs: Int, _ outputs: Int, stride: Int) -> Sequential? {
    guard averagesShortcuts else { return projection(inputs, outputs, stride: stride) }
    guard stride != 1 || inputs != outputs else { return nil }
    let pool: Module =
      stride == 1
      ? Identity()
      : AvgPool2D(kernelSize: 2, stride: Extent(stride), ceilMode: true, countsPadding: false)
    return Sequential(
      pool, Conv2D(inputs, outputs, kernelSize: 1, bias: false), BatchNorm(outputs))
  }
}

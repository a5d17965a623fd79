import Layers
import Tensors

/// A network that can keep the resolution of its last layers.
///
/// Instead of halving the resolution, a layer dilates its 3×3 convolutions, so that cells are closer together and
/// depend on the same extent of the image. The weights fit unchanged: torchvision's
/// `replace_stride_with_dilation`, timm's `output_stride`.
///
/// Reference: Yu et al., Dilated residual networks, arXiv:1705.09914.
package protocol OutputStrideClassifier: BuiltInClassifier {
  /// Input pixels per cell of the body's output.
  var outputStride: Int { get set }
  /// The values that the network can have.
  var outputStrides: [Int] { get }
}

/// A residual block whose stride can be replaced with dilation.
protocol DilatedBlock: Module {
  /// Sets the stride of the block, the dilation of its convolution with the stride, and of the one behind it.
  func place(stride: Int, firstDilation: Int, dilation: Int)
}

/// The output strides of a residual network.
package enum OutputStride {
  /// The values that are accepted.
  package static let allowed = [8, 16, 32]

  /// Replaces strides with dilation in the last layers.
  ///
  /// - Parameters:
  ///   - outputStride: Input pixels per cell behind the last layer.
  ///   - layers: The layers, each of which halves the resolution in its first block, and input pixels per cell
  ///     before each.
  static func apply(_ outputStride: Int, to layers: [(layer: Sequential, inputStride: Int)]) {
    precondition(
      allowed.contains(outputStride), "an output stride of \(outputStride), not 8, 16 or 32")
    var dilation = 1
    for (layer, inputStride) in layers {
      let keeps = inputStride >= outputStride
      let before = dilation
      if keeps { dilation *= 2 }
      for (number, block) in layer.layers.enumerated() {
        (block as? any DilatedBlock)?.place(
          stride: number > 0 || keeps ? 1 : 2,
          firstDilation: number == 0 ? before : dilation, dilation: dilation)
      }
    }
  }
}

extension Conv2D {
  /// Sets the stride and the dilation of a 3×3 convolution; the padding keeps the size.
  func place(stride: Int, dilation: Int) {
    geometry.stride = Extent(stride)
    geometry.padding = Extent(dilation)
    geometry.dilation = Extent(dilation)
  }
}

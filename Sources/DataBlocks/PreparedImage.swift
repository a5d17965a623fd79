public import Imaging
public import Tensors

/// An image on its way into the model, with the way back.
public struct PreparedImage: Sendable {
  /// `[1, channels, height, width]`, normalized.
  public let input: Tensor
  /// The whole image as the file has it, in display order of gray.
  public let original: PixelBuffer
  /// Where the input's pixels lie in the original.
  public let geometry: ImageGeometry
}

public import Imaging
public import Tensors

/// A picture on its way into the model, with the way back.
public struct PreparedPicture: Sendable {
  /// `[1, channels, height, width]`, normalised.
  public let input: Tensor
  /// The whole picture as the file has it, in display order of grey.
  public let original: PixelBuffer
  /// Where the input's pixels lie in the original.
  public let geometry: PictureGeometry
}

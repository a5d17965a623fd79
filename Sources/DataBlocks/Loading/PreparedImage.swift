public import Imaging
public import Tensors

/// An image as the model's input, with the original and the geometry between them.
public struct PreparedImage: Sendable {
  /// `[1, channels, height, width]`, normalized.
  public let input: Tensor
  /// The whole image as read, 8 bits per sample.
  public let original: PixelBuffer
  /// Where the input's pixels lie in the original.
  public let geometry: ImageGeometry
  /// What the file says about the image beside its pixels.
  public let facts: ImageFacts

  /// Creates a prepared image from its parts.
  package init(
    input: Tensor, original: PixelBuffer, geometry: ImageGeometry, facts: ImageFacts = ImageFacts()
  ) {
    self.input = input
    self.original = original
    self.geometry = geometry
    self.facts = facts
  }
}

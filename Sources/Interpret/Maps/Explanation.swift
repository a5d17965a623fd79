public import DataBlocks
public import Imaging
import Tensors

/// The maps of one image with the geometry that places them in the original.
public struct Explanation: Sendable {
  /// The original image.
  public let image: PixelBuffer
  /// The maps, the most probable class first.
  public let maps: [ClassMap]
  /// The probability of every class, in the order of the vocabulary; empty if it is not known.
  public let probabilities: [Double]
  /// Where the model's input lies in the original.
  public let geometry: ImageGeometry
  /// Rows and columns of the model's input.
  public let inputSize: ImageSize
  /// What the file says about the image beside its pixels: its scale, its sides, its identity.
  public let facts: ImageFacts

  /// Creates an explanation from the maps of a prepared image.
  package init(of image: PreparedImage, maps: [ClassMap], probabilities: [Double] = []) {
    self.init(
      image: image.original, maps: maps, probabilities: probabilities, geometry: image.geometry,
      inputSize: ImageSize(height: image.input.shape[2], width: image.input.shape[3]),
      facts: image.facts)
  }

  private init(
    image: PixelBuffer, maps: [ClassMap], probabilities: [Double], geometry: ImageGeometry,
    inputSize: ImageSize, facts: ImageFacts
  ) {
    self.image = image
    self.maps = maps
    self.probabilities = probabilities
    self.geometry = geometry
    self.inputSize = inputSize
    self.facts = facts
  }

  /// The same explanation with the maps of some classes only.
  package func keeping(_ classes: [Int]) -> Explanation {
    Explanation(
      image: image, maps: maps.filter { classes.contains($0.classIndex) },
      probabilities: probabilities, geometry: geometry, inputSize: inputSize, facts: facts)
  }

  /// The part of the original that the model sees, in original pixels.
  public var extent: BoundingBox {
    geometry.source(
      BoundingBox(x0: 0, y0: 0, x1: Double(inputSize.width), y1: Double(inputSize.height)))
  }
}

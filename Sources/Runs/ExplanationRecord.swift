public import DataBlocks
import Imaging
public import Interpret
import Tensors

/// What `interpret.json` says of one image.
public struct ExplanationRecord: Sendable, Codable {
  /// The image file.
  public var file: String
  /// The figure that was drawn.
  public var figure: String?
  /// The most probable class.
  package var predicted: String?
  /// The maps, the most probable class first.
  package var maps: [Map]?
  /// The boxes, in original pixels.
  package var boxes: [ClassBox]?
  /// Rows and columns of the image.
  package var filmSize: ImageSize?
  /// Why the image could not be explained.
  public var error: String?

  /// A map with its raw values.
  package struct Map: Sendable, Codable {
    /// The name of the class.
    package let className: String
    /// The probability of the class; nil if it is not finite.
    package let probability: Double?
    /// Whether the map shows anything.
    package let status: ClassMap.Status
    /// Rows of the map.
    package let rows: Int
    /// Columns of the map.
    package let columns: Int
    /// The raw values, row by row; nil where they are not finite.
    package let values: [Float?]
  }

  init(file: String, error: any Error) {
    self.file = file
    self.error = "\(error)"
  }

  init(file: String, figure: String, predicted: String, _ explanation: Explanation) {
    self.file = file
    self.figure = figure
    self.predicted = predicted
    maps = explanation.maps.map {
      Map(
        className: $0.className, probability: $0.probability.isFinite ? $0.probability : nil,
        status: $0.status,
        rows: $0.map.shape[0], columns: $0.map.shape[1],
        values: $0.map.floatScalars.map { $0.isFinite ? $0 : nil })
    }
    boxes = explanation.boxes
    filmSize = ImageSize(height: explanation.image.height, width: explanation.image.width)
  }
}

public import DataBlocks
import Files
import Imaging
public import Interpret
import Tensors

/// What `interpret.json` says of one image.
public struct ExplanationRecord: Sendable, Codable {
  /// The image file.
  public var file: String
  /// The number of the frame, from 1, if the file has several and all were read.
  public var frame: Int?
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
  /// Whether that is because the file cannot be read; not stored.
  package var isUnreadable = false

  private enum CodingKeys: String, CodingKey {
    case file, frame, figure, predicted, maps, boxes, filmSize, error
  }

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

  init(_ item: DataItem, error: DataError) {
    file = FileName.shown(item.path)
    frame = item.frame.map { $0 + 1 }
    self.error = "\(error)"
    isUnreadable = error.isOfFile
  }

  init(_ item: DataItem, figure: String, predicted: String, _ explanation: Explanation) {
    file = FileName.shown(item.path)
    frame = item.frame.map { $0 + 1 }
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

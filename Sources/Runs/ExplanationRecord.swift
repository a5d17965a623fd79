package import DataBlocks
import Files
public import Imaging
public import Interpret
import Tensors

/// What `interpret.json` says of one image; `Docs/InterpretJSON.md` explains the fields.
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
  /// The boxes.
  public var boxes: [ClassBox]?
  /// Rows and columns of the original image, whose pixels boxes are in.
  package var imageSize: ImageSize?
  /// Rows and columns of the model's input.
  package var inputSize: ImageSize?
  /// The part of the original that the model sees; it reaches out of the original where that was padded.
  package var extent: BoundingBox?
  /// What the file says of its scale, its sides and its identity; nil if it says nothing.
  public var facts: ImageFacts?
  /// Why the image could not be explained.
  public var error: String?
  /// Whether that is because the file cannot be read; not stored.
  package var isUnreadable = false

  private enum CodingKeys: String, CodingKey {
    case file, frame, figure, predicted, maps, boxes, imageSize, inputSize, extent, facts, error
  }

  init(_ item: DataItem, error: DataError) {
    file = FileName.shown(item.path)
    frame = item.frame.map { $0 + 1 }
    self.error = "\(error)"
    isUnreadable = error.isOfFile
  }

  /// Creates a record.
  ///
  /// - Parameters:
  ///   - item: The file.
  ///   - figure: The figure that was drawn.
  ///   - predicted: The most probable class.
  ///   - explanation: The maps.
  ///   - boxes: The boxes. Default: fmi's.
  init(
    _ item: DataItem, figure: String?, predicted: String, _ explanation: Explanation,
    boxes: [ClassBox]? = nil
  ) {
    file = FileName.shown(item.path)
    frame = item.frame.map { $0 + 1 }
    self.figure = figure
    self.predicted = predicted
    maps = explanation.maps.map(Map.init)
    self.boxes = boxes ?? explanation.boxes
    imageSize = ImageSize(height: explanation.image.height, width: explanation.image.width)
    inputSize = explanation.inputSize
    extent = explanation.extent
    facts = explanation.facts == ImageFacts() ? nil : explanation.facts
  }
}

extension ExplanationRecord {
  /// A map with its raw values.
  package struct Map: Sendable, Codable {
    /// The name of the class.
    package let className: String
    /// What the map explains, such as the margin over another class.
    package let target: String
    /// The probability of the class; nil if it is not finite.
    package let probability: Double?
    /// Whether the map shows anything.
    package let status: ClassMap.Status
    /// Where the cells lie in the model's input.
    package let grid: MapGrid
    /// Rows of the map.
    package let rows: Int
    /// Columns of the map.
    package let columns: Int
    /// The raw values, row by row; nil where they are not finite.
    package let values: [Float?]

    init(_ map: ClassMap) {
      className = map.className
      target = map.target
      probability = map.probability.isFinite ? map.probability : nil
      status = map.status
      grid = map.grid
      rows = map.map.shape[0]
      columns = map.map.shape[1]
      values = map.map.floatScalars.map { $0.isFinite ? $0 : nil }
    }
  }
}

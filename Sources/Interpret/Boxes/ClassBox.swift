public import Imaging

/// A box made from a class's map: in original pixels, in pixels of the model's input and, where the file states its scale,
/// in millimeters.
///
/// It shows where the evidence of the model lies. The extent of a map is not the size of a finding.
public struct ClassBox: Sendable, Equatable {
  /// The name of the class.
  public let className: String
  /// The box in original pixels, cut at the border of the image.
  public let box: BoundingBox
  /// The box in pixels of the model's input; it may reach into padding.
  public let inputBox: BoundingBox
  /// The share of the map's positive sum inside the region, 0 to 1; boxes of a map are sorted by it.
  public let score: Double
  /// The highest value of the map inside the region.
  public let peak: Double
  /// The area of the region inside the image, in original pixels; smaller than the box unless the region fills it.
  public let area: Double
  /// The share of the box outside of the image, which was cut off.
  public let clippedShare: Double
  /// The rule that chose the box.
  public let rule: BoxRule
  /// The lowest value of the map that counts; nil for the peak cell.
  public let threshold: Double?
  /// The size in millimeters; nil if the file does not state the distance of its pixels.
  public let millimeters: BoxMillimeters?
  /// Row of the map's cell, for the rule `peakCell`.
  package let row: Int?
  /// Column of the map's cell, for the rule `peakCell`.
  package let column: Int?

  /// The box with the class as its label, for drawing.
  public func labeledBox(color: Color) -> LabeledBox {
    LabeledBox(box, label: className, color: color)
  }
}

/// The size of a box in millimeters.
public struct BoxMillimeters: Sendable, Equatable, Codable {
  /// The width of the box.
  public let width: Double
  /// The height of the box.
  public let height: Double
  /// The area of the region, in square millimeters.
  public let area: Double
  /// The plane in which the file's spacing was measured.
  public let kind: DICOMSpacing.Kind
  /// A description of the plane, such as "at the detector, magnification not corrected".
  public let words: String

  /// The size of a box and its region in original pixels.
  init(_ box: BoundingBox, area: Double, _ spacing: DICOMSpacing) {
    (width, height) = spacing.size(of: box)
    self.area = area * spacing.row * spacing.column
    kind = spacing.kind
    words = spacing.words
  }
}

// The edges in original pixels are stored beside the other fields, as fmi stores them.
extension ClassBox: Codable {
  private enum CodingKeys: String, CodingKey {
    case className, inputBox, score, peak, area, clippedShare, rule, threshold, millimeters, row,
      column
  }

  /// Decodes a box whose edges `x0`, `y0`, `x1`, `y1` are fields of the same object.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      className: try fields.decode(String.self, forKey: .className),
      box: try BoundingBox(from: decoder),
      inputBox: try fields.decode(BoundingBox.self, forKey: .inputBox),
      score: try fields.decode(Double.self, forKey: .score),
      peak: try fields.decode(Double.self, forKey: .peak),
      area: try fields.decode(Double.self, forKey: .area),
      clippedShare: try fields.decode(Double.self, forKey: .clippedShare),
      rule: try fields.decode(BoxRule.self, forKey: .rule),
      threshold: try fields.decodeIfPresent(Double.self, forKey: .threshold),
      millimeters: try fields.decodeIfPresent(BoxMillimeters.self, forKey: .millimeters),
      row: try fields.decodeIfPresent(Int.self, forKey: .row),
      column: try fields.decodeIfPresent(Int.self, forKey: .column))
  }

  /// Encodes the box with its edges as fields of the same object.
  public func encode(to encoder: any Encoder) throws {
    try box.encode(to: encoder)
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(className, forKey: .className)
    try fields.encode(inputBox, forKey: .inputBox)
    try fields.encode(score, forKey: .score)
    try fields.encode(peak, forKey: .peak)
    try fields.encode(area, forKey: .area)
    try fields.encode(clippedShare, forKey: .clippedShare)
    try fields.encode(rule, forKey: .rule)
    try fields.encodeIfPresent(threshold, forKey: .threshold)
    try fields.encodeIfPresent(millimeters, forKey: .millimeters)
    try fields.encodeIfPresent(row, forKey: .row)
    try fields.encodeIfPresent(column, forKey: .column)
  }
}

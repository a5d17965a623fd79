/// A box to draw on an image or figure, with a label and a color: fastai's `LabeledBBox`.
public struct LabeledBox: Sendable, Hashable, Codable {
  /// The box, in the pixels of the image that it is drawn on.
  public var box: BoundingBox
  /// The text beside the box; nil for none.
  public var label: String?
  /// The color of the line and the label.
  package var color: Color
  /// How much evidence the box carries, 0 to 1: little is drawn as a thin, dashed line.
  package var strength = 1.0

  private enum CodingKeys: String, CodingKey { case box, label, color }

  /// Creates a labeled box.
  public init(_ box: BoundingBox, label: String? = nil, color: Color = .white) {
    self.box = box
    self.label = label
    self.color = color
  }
}

extension PixelBuffer {
  /// Returns the image with boxes drawn on it: a colored line with a black outline, and a bold label beside the box.
  ///
  /// Labels are inside the image and, where there is room, outside of all boxes.
  ///
  /// - Parameters:
  ///   - boxes: The boxes, in pixels of this image. Those entirely outside are not drawn.
  ///   - lineWidth: In pixels. Default: 1/200 of the shorter side, at least 2.
  ///   - textSize: In pixels. Default: seven times `lineWidth`.
  /// - Returns: An RGB image of the same size.
  public func drawing(
    _ boxes: [LabeledBox], lineWidth: Double? = nil, textSize: Double? = nil
  ) -> PixelBuffer {
    let line = lineWidth ?? max(2, Double(min(width, height)) / 200)
    let canvas = RasterCanvas(width: width, height: height)
    let area = BoundingBox(width: width, height: height)
    canvas.picture(in: area) { _, _ in self }
    BoxDrawing(area: area, lineWidth: line, textSize: textSize ?? 7 * line)
      .draw(boxes, on: canvas)
    return canvas.finished()
  }
}

extension Color {
  /// Brightness from 0 to 255.
  var luminance: Double {
    0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double(blue)
  }
}

import Foundation
public import Imaging
import Tensors

extension Explanation {
  /// Draws what the model saw of the image, and for each class its map and the map over the image, with boxes.
  ///
  /// The first panel has the same extent as the maps beside it; the last shows the whole image.
  /// A map without a positive cell is not overlaid; the panel says so.
  ///
  /// - Parameters:
  ///   - title: The title of the figure.
  ///   - drawsBoxes: Whether boxes are drawn.
  ///   - color: The color of the boxes.
  ///   - layerName: The layer's path, for the caption.
  /// - Returns: One row of panels per class.
  public func figure(
    title: String, boxes drawsBoxes: Bool = true, color: Color = .white, layerName: String = ""
  ) -> Figure {
    let boxes = Dictionary(self.boxes.map { ($0.className, $0) }, uniquingKeysWith: { a, _ in a })
    var rows: [[Figure.Panel]] = []
    for (number, map) in maps.enumerated() {
      let values = ScalarImage(
        width: map.map.shape[1], height: map.map.shape[0], values: map.map.floatScalars)
      let name = "\(map.className), p = \(percent(map.probability))"
      let first: Figure.Panel =
        number == 0 ? seenPanel : Figure.Panel(.empty)
      let raw = Figure.Panel.map(
        values,
        style: Figure.MapStyle(
          colormap: .viridis, interpolation: .nearest, showsColorBar: true,
          words: ("against", "for")),
        title: "\(name): raw map, \(values.height) x \(values.width) cells")
      let over: Figure.Panel
      if map.status == .evidence {
        over = .image(
          image.overlaid(with: values, colormap: .magma, alpha: 0.6, extent: extent), title: name,
          boxes: drawsBoxes ? boxes[map.className].map { [$0.labeledBox(color: color)] } ?? [] : [])
      } else {
        over = .image(
          image,
          title: map.status == .notFinite
            ? "\(name): the map contains NaN or infinity"
            : "\(name): no cell is positive")
      }
      rows.append([first, raw, over])
    }
    return Figure(
      rows: rows, title: title,
      captions: [
        "Grad-CAM" + (layerName.isEmpty ? "" : " at \(layerName)")
          + ", raw and signed; colors run from each map's lowest to its highest value.",
        "A map shows what the model used, not where a disease is; its resolution is one cell.",
      ])
  }
}

extension Explanation {
  /// The part of the image that the model saw; its title says so where that is not the whole.
  private var seenPanel: Figure.Panel {
    let box = extent.clamped(width: image.width, height: image.height).box
    let (x0, y0) = (Int(box.x0.rounded()), Int(box.y0.rounded()))
    let (x1, y1) = (Int(box.x1.rounded()), Int(box.y1.rounded()))
    guard x1 > x0, y1 > y0, (x1 - x0, y1 - y0) != (image.width, image.height) else {
      return .image(image, title: "film")
    }
    let rowLength = image.width * image.channels
    let columns = x0 * image.channels..<x1 * image.channels
    let samples = (y0..<y1).flatMap { row in
      image.samples[row * rowLength + columns.lowerBound..<row * rowLength + columns.upperBound]
    }
    return .image(
      PixelBuffer(width: x1 - x0, height: y1 - y0, channels: image.channels, samples: samples),
      title: "film as the model sees it: \(x1 - x0) x \(y1 - y0) of \(image.width) x "
        + "\(image.height) pixels")
  }
}

/// A probability in percent, with one digit after the point.
func percent(_ probability: Double) -> String {
  guard probability.isFinite else { return "NaN" }
  let tenths = Int((probability * 1000).rounded())
  return "\(tenths / 10).\(tenths % 10) %"
}

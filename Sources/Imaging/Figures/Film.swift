/// An image in a panel, with what lies over it.
package struct Film: Sendable {
  /// What is drawn of the map.
  package enum Layer: Sendable, Equatable {
    /// Nothing.
    case none
    /// The map over the image.
    case overlay(OverlayStyle)
    /// The cells of the map instead of the image, in their places.
    case cells
  }

  /// The image.
  package var image: PixelBuffer
  /// What is drawn of the map.
  package var layer = Layer.none
  /// The map.
  package var map: PlacedMap?
  /// The colors of the map.
  package var colors: MapColors?
  /// Whether a color bar is drawn below.
  package var showsColorBar = true
  /// The true region.
  package var outline: MaskOutline?
  /// The color of the outline.
  package var outlineColor = Color(red: 0, green: 229, blue: 160)
  /// Whether the border of what the model saw is drawn, where that is not the whole image.
  package var showsSeenPart = false
  /// The side of the patient and the scale bar.
  package var marks = ImageMarks()
  /// A text on the image, such as "no positive evidence".
  package var note = ""

  /// Creates a film without anything over it.
  package init(_ image: PixelBuffer) { self.image = image }

  /// Columns and rows on paper, for the proportions: pixels need not be square.
  var proportions: (width: Double, height: Double) {
    (Double(image.width), Double(image.height) * marks.pixelAspect)
  }

  var hasColorBar: Bool { layer != .none && map != nil && colors != nil && showsColorBar }

  /// The pixels of the panel.
  func pixels(_ width: Int, _ height: Int, _ cache: FilmCache) -> PixelBuffer {
    let size = (image.width, image.height)
    switch (layer, map, colors) {
    case (.overlay(let style), let map?, let colors?):
      return cache.resized(image, width, height)
        .overlaid(with: map, of: size, colors: colors, style: style)
    case (.cells, let map?, let colors?):
      let values = map.sampled(width: width, height: height, of: size, interpolation: .nearest)
      return colors.image(of: values, width: width, height: height)
    default:
      return cache.resized(image, width, height)
    }
  }

  /// Draws the image with everything over it.
  func draw(
    on canvas: any Canvas, within area: BoundingBox, boxes: [LabeledBox], cache: FilmCache
  ) {
    canvas.picture(in: area) { pixels($0, $1, cache) }
    let (scaleX, scaleY) = (
      area.width / Double(image.width), area.height / Double(image.height)
    )
    func point(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
      (area.x0 + x * scaleX, area.y0 + y * scaleY)
    }
    let line = max(1.5, min(area.width, area.height) / 160)
    let placed = boxes.map { labeled in
      var moved = labeled
      let (a, b) = (
        point(labeled.box.x0, labeled.box.y0), point(labeled.box.x1, labeled.box.y1)
      )
      moved.box = BoundingBox(x0: a.x, y0: a.y, x1: b.x, y1: b.y)
      return moved
    }
    canvas.clipped(to: area) {
      drawSeenPart(on: canvas, area, point)
      for corners in outline?.lines ?? [] {
        let points = corners.map { point($0.x, $0.y) }
        canvas.line(
          points, lineWidth: line + 1.4, .black, alpha: 0.55, dash: 0, isClosed: true)
        canvas.line(points, lineWidth: line, outlineColor, alpha: 1, dash: 0, isClosed: true)
      }
    }
    var taken: [BoundingBox] = []
    if layer != .cells {
      taken = marks.draw(
        on: canvas, within: area, columns: image.width, avoiding: placed.map(\.box))
    }
    drawNote(on: canvas, area)
    BoxDrawing(area: area, lineWidth: line, textSize: min(11.5, max(area.width / 14, 7)))
      .draw(placed, on: canvas, avoiding: taken)
  }

  private func drawSeenPart(
    on canvas: any Canvas, _ area: BoundingBox,
    _ point: (Double, Double) -> (x: Double, y: Double)
  ) {
    guard showsSeenPart, let map else { return }
    let corners = map.corners
    let isWhole = corners.allSatisfy {
      ($0.x < 0.5 || $0.x > Double(image.width) - 0.5)
        && ($0.y < 0.5 || $0.y > Double(image.height) - 0.5)
    }
    if isWhole { return }
    // Borders on or outside of the image's own are moved inside.
    let points = corners.map { corner in
      let at = point(corner.x, corner.y)
      return (
        x: min(max(at.x, area.x0 + 0.75), area.x1 - 0.75),
        y: min(max(at.y, area.y0 + 0.75), area.y1 - 0.75)
      )
    }
    canvas.line(points, lineWidth: 1.5, .black, alpha: 0.5, dash: 0, isClosed: true)
    canvas.line(points, lineWidth: 1, .white, alpha: 0.9, dash: 4, isClosed: true)
  }

  private func drawNote(on canvas: any Canvas, _ area: BoundingBox) {
    if note.isEmpty { return }
    let size = 12.0
    let lines = TextRuler.wrapped(note, width: area.width - 24, size: size, bold: true)
    let height = Double(lines.count) * size * 1.35 + 8
    let width = (lines.map { TextRuler.width(of: $0, size: size, bold: true) }.max() ?? 0) + 16
    let middle = ((area.x0 + area.x1) / 2, (area.y0 + area.y1) / 2)
    canvas.fill(
      BoundingBox(
        x0: middle.0 - width / 2, y0: middle.1 - height / 2, x1: middle.0 + width / 2,
        y1: middle.1 + height / 2), .black, alpha: 0.66)
    for (row, line) in lines.enumerated() {
      canvas.text(
        line, x: middle.0, y: middle.1 - height / 2 + 4 + size * (0.95 + 1.35 * Double(row)),
        size: size, bold: true, anchor: .middle, .white)
    }
  }
}

/// Copies of images in the size of panels: three panels of a figure show the same film.
final class FilmCache {
  private struct Key: Hashable {
    let address: UnsafeRawPointer?
    let size: [Int]
  }

  private var copies: [Key: (original: PixelBuffer, copy: PixelBuffer)] = [:]

  /// The image in another size; images that grow by 8 or more show square pixels.
  func resized(_ image: PixelBuffer, _ width: Int, _ height: Int) -> PixelBuffer {
    // The original is kept with its copy, so the address stays its own.
    let address = image.samples.withUnsafeBytes { $0.baseAddress }
    let key = Key(
      address: address, size: [image.width, image.height, image.channels, width, height])
    if let known = copies[key] { return known.copy }
    let copy = image.resized(
      width: width, height: height,
      resampling: width >= 8 * image.width ? .nearest : .bilinear)
    copies[key] = (image, copy)
    return copy
  }
}

extension MapColors {
  /// Colors values; where there is none, the paper shows.
  func image(of values: [Float], width: Int, height: Int) -> PixelBuffer {
    let paper = [Ink.paper.red, Ink.paper.green, Ink.paper.blue]
    let samples = [UInt8](unsafeUninitializedCapacity: 3 * values.count) { out, count in
      colormap.table.withUnsafeBufferPointer { table in
        for (place, value) in values.enumerated() {
          if value.isNaN {
            for channel in 0..<3 { out[3 * place + channel] = paper[channel] }
            continue
          }
          let entry = 3 * Colormap.index(position(value))
          for channel in 0..<3 { out[3 * place + channel] = table[entry + channel] }
        }
      }
      count = 3 * values.count
    }
    return PixelBuffer(width: width, height: height, channels: 3, samples: samples)
  }
}

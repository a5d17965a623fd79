import CCodecs

/// An RGB drawing surface of pixels, by Cairo.
final class RasterCanvas: Canvas {
  let width: Int
  let height: Int
  /// Pixels per unit.
  let scale: Double
  private let handle: OpaquePointer

  /// Creates a canvas.
  ///
  /// - Parameters:
  ///   - width: In pixels.
  ///   - height: In pixels.
  ///   - scale: Pixels per unit of the coordinates.
  ///   - background: The color of all pixels.
  init(width: Int, height: Int, scale: Double = 1, background: Color = .white) {
    precondition(
      (1...30_000).contains(width) && (1...30_000).contains(height),
      "a canvas has sides of 1 to 30000 pixels, not \(width) x \(height)")
    guard
      let handle = lb_canvas_create(
        Int32(width), Int32(height), scale, background.components())
    else { preconditionFailure("out of memory for a canvas of \(width) x \(height) pixels") }
    self.width = width
    self.height = height
    self.scale = scale
    self.handle = handle
  }

  deinit { lb_canvas_destroy(handle) }

  func picture(in area: BoundingBox, _ pixels: (_ width: Int, _ height: Int) -> PixelBuffer) {
    let (x0, y0) = (Int((area.x0 * scale).rounded()), Int((area.y0 * scale).rounded()))
    let (x1, y1) = (Int((area.x1 * scale).rounded()), Int((area.y1 * scale).rounded()))
    let image = pixels(max(x1 - x0, 1), max(y1 - y0, 1))
    image.samples.withUnsafeBufferPointer {
      lb_canvas_image(
        handle, $0.baseAddress, Int32(image.width), Int32(image.height), Int32(image.channels),
        Int32(x0), Int32(y0))
    }
  }

  func fill(_ area: BoundingBox, _ color: Color, alpha: Double) {
    lb_canvas_fill(
      handle, area.x0, area.y0, area.width, area.height, color.components(alpha))
  }

  func frame(_ area: BoundingBox, lineWidth: Double, _ color: Color, alpha: Double, dash: Double) {
    lb_canvas_frame(
      handle, area.x0, area.y0, area.width, area.height, lineWidth, dash, color.components(alpha))
  }

  func line(
    _ points: [(x: Double, y: Double)], lineWidth: Double, _ color: Color, alpha: Double,
    dash: Double, isClosed: Bool
  ) {
    let flat = points.flatMap { [$0.x, $0.y] }
    lb_canvas_line(
      handle, flat, points.count, isClosed ? 1 : 0, lineWidth, dash, color.components(alpha))
  }

  func polygon(_ points: [(x: Double, y: Double)], _ color: Color, alpha: Double) {
    let flat = points.flatMap { [$0.x, $0.y] }
    lb_canvas_polygon(handle, flat, points.count, color.components(alpha))
  }

  func disk(x: Double, y: Double, radius: Double, _ color: Color, alpha: Double) {
    lb_canvas_disk(handle, x, y, radius, color.components(alpha))
  }

  func clipped(to area: BoundingBox, _ body: () -> Void) {
    lb_canvas_clip(handle, area.x0, area.y0, area.width, area.height)
    body()
    lb_canvas_unclip(handle)
  }

  func letters(
    _ text: String, x: Double, y: Double, size: Double, bold: Bool, anchor: TextAnchor,
    upwards: Bool, _ color: Color, outline: (width: Double, color: Color)?
  ) {
    lb_canvas_text(
      handle, text, x, y, size, bold ? 1 : 0, anchor.rawValue, upwards ? 1 : 0, color.components(),
      outline?.width ?? 0, (outline?.color ?? .black).components())
  }

  /// The width of a line of text, for `TextRuler`.
  func measured(_ text: String, size: Double, bold: Bool) -> Double {
    lb_canvas_text_width(handle, text, size, bold ? 1 : 0)
  }

  func finished() -> PixelBuffer {
    var fine: Int32 = 0
    let samples = [UInt8](unsafeUninitializedCapacity: width * height * 3) { out, count in
      fine = lb_canvas_read(handle, out.baseAddress)
      if fine == 0 { out.initialize(repeating: 255) }
      count = width * height * 3
    }
    precondition(fine == 1, "Cairo failed to draw \(width) x \(height) pixels")
    return PixelBuffer(width: width, height: height, channels: 3, samples: samples)
  }
}

extension Color {
  func components(_ alpha: Double = 1) -> lb_color {
    lb_color(
      red: Double(red) / 255, green: Double(green) / 255, blue: Double(blue) / 255, alpha: alpha)
  }
}

import CCodecs

/// An RGB drawing surface in pixel coordinates, by Cairo.
final class Canvas {
  /// The position of a text relative to its x coordinate.
  enum Anchor: Double {
    case start = 0
    case middle = 0.5
    case end = 1
  }

  let width: Int
  let height: Int
  private let handle: OpaquePointer

  init(width: Int, height: Int, background: Color = .white) {
    precondition(
      (1...30_000).contains(width) && (1...30_000).contains(height),
      "a canvas has sides of 1 to 30000 pixels, not \(width) x \(height)")
    guard let handle = lb_canvas_create(Int32(width), Int32(height), background.components()) else {
      preconditionFailure("out of memory for a canvas of \(width) x \(height) pixels")
    }
    self.width = width
    self.height = height
    self.handle = handle
  }

  deinit { lb_canvas_destroy(handle) }

  func image(_ image: PixelBuffer, x: Int, y: Int) {
    image.samples.withUnsafeBufferPointer {
      lb_canvas_image(
        handle, $0.baseAddress, Int32(image.width), Int32(image.height),
        Int32(image.channels), Int32(x), Int32(y))
    }
  }

  func fill(_ area: BoundingBox, _ color: Color, alpha: Double = 1) {
    lb_canvas_fill(
      handle, area.x0, area.y0, area.x1 - area.x0, area.y1 - area.y0, color.components(alpha))
  }

  func frame(_ area: BoundingBox, lineWidth: Double, _ color: Color) {
    lb_canvas_frame(
      handle, area.x0, area.y0, area.x1 - area.x0, area.y1 - area.y0, lineWidth, color.components())
  }

  func line(
    _ points: [(x: Double, y: Double)], lineWidth: Double, _ color: Color, dash: Double = 0
  ) {
    let flat = points.flatMap { [$0.x, $0.y] }
    lb_canvas_line(handle, flat, points.count, lineWidth, dash, color.components())
  }

  /// Clips the drawing in `body` to an area.
  func clipped(to area: BoundingBox, _ body: () -> Void) {
    lb_canvas_clip(handle, area.x0, area.y0, area.x1 - area.x0, area.y1 - area.y0)
    body()
    lb_canvas_unclip(handle)
  }

  func text(
    _ text: String, x: Double, y: Double, size: Double, bold: Bool = false,
    anchor: Anchor = .start, upwards: Bool = false, _ color: Color = .black,
    outline: (width: Double, color: Color)? = nil
  ) {
    lb_canvas_text(
      handle, text, x, y, size, bold ? 1 : 0, anchor.rawValue, upwards ? 1 : 0, color.components(),
      outline?.width ?? 0, (outline?.color ?? .black).components())
  }

  func textWidth(_ text: String, size: Double, bold: Bool = false) -> Double {
    lb_canvas_text_width(handle, text, size, bold ? 1 : 0)
  }

  /// Breaks a text into lines of at most `width` pixels; long words and further lines are truncated
  /// with an ellipsis.
  func wrapped(
    _ text: String, width: Double, size: Double, bold: Bool = false, lineLimit: Int = 3
  ) -> [String] {
    func fits(_ line: String) -> Bool { textWidth(line, size: size, bold: bold) <= width }
    var lines: [String] = []
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      for word in paragraph.split(separator: " ") {
        let longer = line.isEmpty ? String(word) : line + " " + word
        if fits(longer) || line.isEmpty {
          line = longer
        } else {
          lines.append(line)
          line = String(word)
        }
      }
      lines.append(line)
    }
    if lines.count > lineLimit {
      lines = Array(lines.prefix(lineLimit))
      lines[lineLimit - 1] += " …"
    }
    return lines.map { line in
      if fits(line) { return line }
      var short = line
      while !short.isEmpty && !fits(short + "…") { short.removeLast() }
      return short + "…"
    }
  }

  func finished() -> PixelBuffer {
    var fine: Int32 = 0
    let samples = [UInt8](unsafeUninitializedCapacity: width * height * 3) { out, count in
      out.initialize(repeating: 255)
      fine = lb_canvas_read(handle, out.baseAddress)
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

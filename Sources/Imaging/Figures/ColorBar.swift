/// A color bar with its scale below.
struct ColorBar {
  static let height = 34.0
  private static let (barHeight, size) = (8.0, 10.5)
  /// The film that an overlay's bar is blended with: gray as lung and soft tissue on the mean.
  private static let film = 0.42

  let colors: MapColors
  /// The opacity, if the map is drawn over an image.
  let overlay: OverlayStyle?
  /// Whether the words are drawn beside the numbers.
  var hasWords = true

  /// Draws the bar along the top of an area.
  func draw(on canvas: any Canvas, within area: BoundingBox) {
    let bar = BoundingBox(
      x0: area.x0, y0: area.y0, x1: area.x1, y1: area.y0 + Self.barHeight)
    canvas.picture(in: bar, pixels)
    canvas.frame(bar, lineWidth: 0.75, Ink.axis)
    let (low, high) = (Double(colors.range.lowerBound), Double(colors.range.upperBound))
    let baseline = bar.y1 + 5 + Self.size * 0.8
    func tick(_ x: Double) {
      canvas.line([(x, bar.y1), (x, bar.y1 + 3)], lineWidth: 0.75, Ink.axis)
    }
    let zero = NumberText.short(0)
    var left = low == 0 ? zero : NumberText.short(low)
    var right = NumberText.short(high)
    if hasWords {
      let words = colors.words
      let withLow = words.low.isEmpty ? left : "\(left) \(words.low)"
      let withHigh = words.high.isEmpty ? right : "\(words.high) \(right)"
      let middle = low < 0 && high > 0 ? width(zero) + 16 : 16
      if width(withLow) + width(withHigh) + middle <= area.width {
        (left, right) = (withLow, withHigh)
      }
    }
    tick(bar.x0 + 0.375)
    tick(bar.x1 - 0.375)
    canvas.text(left, x: bar.x0, y: baseline, size: Self.size, Ink.quiet)
    canvas.text(right, x: bar.x1, y: baseline, size: Self.size, anchor: .end, Ink.quiet)
    if low < 0, high > 0 {
      let x = bar.x0 + bar.width * (0 - low) / (high - low)
      let isFree =
        x - width(zero) / 2 > bar.x0 + width(left) + 4
        && x + width(zero) / 2 < bar.x1 - width(right) - 4
      tick(x)
      if isFree {
        canvas.text(zero, x: x, y: baseline, size: Self.size, anchor: .middle, Ink.quiet)
      }
    }
  }

  private func width(_ text: String) -> Double {
    TextRuler.width(of: text, size: Self.size, bold: false)
  }

  private func pixels(_ width: Int, _ height: Int) -> PixelBuffer {
    let (low, span) = (
      colors.range.lowerBound, colors.range.upperBound - colors.range.lowerBound
    )
    var row: [UInt8] = []
    for x in 0..<width {
      let position = (Double(x) + 0.5) / Double(width)
      let color = colors.colormap.color(at: position)
      let alpha = overlay?.alpha(colors.share(low + Float(position) * span)) ?? 1
      row += [color.red, color.green, color.blue].map {
        UInt8(255 * Self.film * (1 - alpha) + Double($0) * alpha + 0.5)
      }
    }
    return PixelBuffer(
      width: width, height: height, channels: 3, samples: (0..<height).flatMap { _ in row })
  }
}

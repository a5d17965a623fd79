extension FigureLayout {
  func draw(on canvas: any Canvas) {
    var y = Self.margin
    for line in headLines {
      canvas.text(
        line, x: Self.margin, y: y + Self.headSize * 0.95, size: Self.headSize, bold: true,
        Ink.strong)
      y += Self.headSize * Self.lineHeight
    }
    if !subtitleLines.isEmpty { y += 2 }
    for line in subtitleLines {
      canvas.text(
        line, x: Self.margin, y: y + Self.subtitleSize * 0.95, size: Self.subtitleSize, Ink.text)
      y += Self.subtitleSize * Self.lineHeight
    }
    let cache = FilmCache()
    for (number, (panels, row)) in zip(figure.rows, rows).enumerated() {
      if !row.heading.isEmpty {
        canvas.line(
          [(Self.margin, row.top), (width - Self.margin, row.top)], lineWidth: 1, Ink.grid)
        canvas.text(
          TextRuler.shortened(
            row.heading, width: width - 2 * Self.margin, size: Self.headingSize, bold: true),
          x: Self.margin, y: row.top + 7 + Self.headingSize * 0.9, size: Self.headingSize,
          bold: true, Ink.strong)
      }
      for (column, panel) in panels.enumerated() {
        draw(
          panel, titles: row.titles[column], row, area(of: panel, row: number, column: column),
          cache, on: canvas)
      }
    }
    y = captionTop
    for line in captionLines {
      canvas.text(
        line, x: Self.margin, y: y + Self.captionSize, size: Self.captionSize, Ink.quiet)
      y += Self.captionSize * Self.captionLineHeight
    }
  }

  private func draw(
    _ panel: Figure.Panel, titles: [String], _ row: Row, _ area: BoundingBox, _ cache: FilmCache,
    on canvas: any Canvas
  ) {
    // Titles are aligned at the bottom, next to the image.
    var baseline =
      row.top + row.headingHeight + row.titleHeight - 5
      - Double(titles.count) * figure.style.titleSize * Self.lineHeight + figure.style.titleSize
    for line in titles {
      canvas.text(
        line, x: area.x0, y: baseline, size: figure.style.titleSize,
        bold: figure.style.hasBoldTitles, Ink.text)
      baseline += figure.style.titleSize * Self.lineHeight
    }
    let below = BoundingBox(
      x0: area.x0, y0: area.y1 + 6, x1: area.x1, y1: area.y1 + 6 + ColorBar.height)
    switch panel.content {
    case .empty: break
    case .plot(let plot): plot.draw(on: canvas, within: area)
    case .matrix(let matrix): matrix.draw(on: canvas, within: area)
    case .text(let lines): draw(lines, area, row.contentHeight, on: canvas)
    case .film(let film):
      film.draw(on: canvas, within: area, boxes: panel.boxes, cache: cache)
      if film.hasColorBar, let colors = film.colors {
        let style: OverlayStyle? = if case .overlay(let style) = film.layer { style } else { nil }
        ColorBar(colors: colors, overlay: style).draw(on: canvas, within: below)
      }
    case .map(let map, let style):
      let colors = style.colors(for: map)
      canvas.picture(in: area) { width, height in
        let scaled =
          style.interpolation == .nearest
          ? map.resized(width: width, height: height, resampling: .nearest)
          : map.upsampled(width: width, height: height)
        return colors.image(of: scaled.values, width: width, height: height)
      }
      let (scaleX, scaleY) = (area.width / Double(map.width), area.height / Double(map.height))
      let boxes = panel.boxes.map { labeled in
        var moved = labeled
        moved.box = BoundingBox(
          x0: area.x0 + labeled.box.x0 * scaleX, y0: area.y0 + labeled.box.y0 * scaleY,
          x1: area.x0 + labeled.box.x1 * scaleX, y1: area.y0 + labeled.box.y1 * scaleY)
        return moved
      }
      BoxDrawing(area: area, lineWidth: max(1.5, area.width / 160), textSize: 11.5)
        .draw(boxes, on: canvas)
      if style.showsColorBar {
        ColorBar(colors: colors, overlay: nil).draw(on: canvas, within: below)
      }
    }
  }

  /// Draws lines of text from the top of a cell; the first is a heading.
  private func draw(
    _ lines: [String], _ area: BoundingBox, _ height: Double, on canvas: any Canvas
  ) {
    var y = area.y0
    for (number, line) in lines.enumerated() {
      let size = number == 0 ? figure.style.titleSize : 11.0
      for part in TextRuler.wrapped(
        line, width: area.width, size: size, bold: number == 0, lineLimit: 4)
      {
        guard y + size * 1.45 <= area.y0 + height else { return }
        canvas.text(
          part, x: area.x0, y: y + size, size: size, bold: number == 0,
          number == 0 ? Ink.strong : Ink.quiet)
        y += size * 1.45
      }
      y += number == 0 ? 4 : 2
    }
  }
}

import Console
import DataBlocks
public import Imaging
import Tensors

extension Explanation {
  /// Draws a row of panels per class: the image, the map, the map over the image, boxes and the true region.
  ///
  /// All maps have one table of colors and one scale: from zero if no value is negative, otherwise symmetric around
  /// zero. A map without a positive cell is not laid over the image; the panel says so. All panels show the whole image
  /// in its proportions, with the cells of the map in their places.
  ///
  /// - Parameters:
  ///   - title: The title, such as the name of the file.
  ///   - facts: What is known beside the maps: the prediction, the true class and region, the method.
  ///   - options: The panels and their look.
  /// - Returns: The figure.
  public func figure(
    title: String, facts: FigureFacts = FigureFacts(), options: FigureOptions = FigureOptions()
  ) -> Figure {
    let drawing = ExplanationDrawing(self, facts, options)
    let panels = options.panels(hasMask: drawing.outline != nil)
    var figure = Figure(
      rows: maps.isEmpty
        ? [[.film(drawing.film())]]
        : maps.map { map in panels.map { drawing.panel($0, of: map) } },
      title: title, captions: options.showsCaption ? drawing.captions(panels) : [],
      cellSize: (max(options.cellSize, 40), max(options.cellSize, 40)))
    figure.subtitle = drawing.subtitle
    figure.rowTitles = drawing.rowTitles
    figure.dpi = options.dpi
    figure.width = options.width
    return figure
  }

  /// Draws a map over the whole image in its original size.
  ///
  /// - Parameters:
  ///   - map: One of `maps`.
  ///   - style: The opacity.
  ///   - colormap: Default: magma, or ice blue to magma if a map of the explanation is signed.
  /// - Returns: An RGB image of the size of the original; unchanged if the map has no positive cell.
  public func overlaid(
    with map: ClassMap, style: OverlayStyle = .evidence(), colormap: Colormap? = nil
  ) -> PixelBuffer {
    guard map.status == .evidence else { return image.convertedToRGB() }
    return image.overlaid(
      with: placed(map), of: (image.width, image.height), colors: colors(colormap), style: style)
  }

  /// A panel for a contact sheet: the map over the image, the box and the outline of the true region.
  ///
  /// - Parameters:
  ///   - title: The name of the file.
  ///   - facts: What is known beside the map.
  ///   - options: The look.
  /// - Returns: The panel, of the first class.
  public func contactPanel(
    title: String, facts: FigureFacts = FigureFacts(), options: FigureOptions = FigureOptions()
  ) -> Figure.Panel {
    let drawing = ExplanationDrawing(self, facts, options)
    var panel = maps.first.map { drawing.panel(.overlay, of: $0) } ?? .film(drawing.film())
    if case .film(var film) = panel.content {
      film.outline = drawing.outline
      film.showsColorBar = false
      film.marks = ImageMarks()
      panel.content = .film(film)
    }
    // The class is in the title; its name would cover a thumbnail.
    panel.boxes = maps.first.map { drawing.labeledBoxes(of: $0, namesClass: false) } ?? []
    panel.title = ([title] + drawing.sheetLines).joined(separator: "\n")
    return panel
  }

  /// The map with the geometry that places its cells in the original.
  package func placed(_ map: ClassMap) -> PlacedMap {
    let (rows, columns) = (map.map.shape[0], map.map.shape[1])
    let grid = ImageGeometry(
      scaleX: map.grid.stepX, scaleY: map.grid.stepY, offsetX: map.grid.x - map.grid.stepX / 2,
      offsetY: map.grid.y - map.grid.stepY / 2)
    return PlacedMap(
      ScalarImage(width: columns, height: rows, values: map.map.floatScalars), grid: grid,
      input: geometry, width: inputSize.width, height: inputSize.height)
  }

  /// One table and one scale for all maps.
  package func colors(_ colormap: Colormap? = nil) -> MapColors {
    MapColors(
      for: maps.filter { $0.status != .notFinite }.map(\.map.floatScalars), colormap: colormap)
  }
}

/// A probability in percent: "97.3 %", and bounds where it would be rounded to certainty.
func percent(_ probability: Double) -> String { NumberFormat.percent(probability) }

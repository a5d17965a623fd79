extension Figure.Panel {
  /// Creates a panel with an image; the boxes are in pixels of the image.
  public static func image(
    _ image: PixelBuffer, title: String = "", boxes: [LabeledBox] = []
  ) -> Figure.Panel {
    Figure.Panel(.film(Film(image)), title: title, boxes: boxes)
  }

  /// Creates a panel with an image and what lies over it.
  package static func film(
    _ film: Film, title: String = "", boxes: [LabeledBox] = []
  ) -> Figure.Panel {
    Figure.Panel(.film(film), title: title, boxes: boxes)
  }

  /// Creates a panel with a heat map and a color bar.
  ///
  /// - Parameters:
  ///   - map: The heat map.
  ///   - colormap: The colors.
  ///   - range: The values at the ends of the colormap. Default: the range of the map.
  ///   - title: The title above, wrapped to at most three lines.
  ///   - boxes: Boxes in pixels of the map.
  /// - Returns: The panel.
  public static func map(
    _ map: ScalarImage, colormap: Colormap = .magma, range: ClosedRange<Float>? = nil,
    title: String = "", boxes: [LabeledBox] = []
  ) -> Figure.Panel {
    self.map(
      map, style: Figure.MapStyle(colormap: colormap, range: range), title: title, boxes: boxes)
  }

  /// Creates a panel with a heat map in a style.
  package static func map(
    _ map: ScalarImage, style: Figure.MapStyle, title: String = "", boxes: [LabeledBox] = []
  ) -> Figure.Panel {
    Figure.Panel(.map(map, style), title: title, boxes: boxes)
  }

  /// Creates a panel with a line plot.
  public static func plot(_ plot: LinePlot, title: String = "") -> Figure.Panel {
    Figure.Panel(.plot(plot), title: title)
  }

  /// Creates a panel with a table of colored cells and their numbers, such as a confusion matrix.
  ///
  /// - Parameters:
  ///   - values: The values, row by row; NaN leaves a cell blank. Whole numbers are shown as they are, others with two
  ///     decimals; numbers that do not fit into their cells are left out.
  ///   - rowNames: The names of the rows, at the left.
  ///   - columnNames: The names of the columns, below.
  ///   - title: The title above.
  ///   - xLabel: What the columns are, such as "predicted".
  ///   - yLabel: What the rows are, such as "true".
  ///   - colormap: The colors.
  ///   - range: The values at the ends of the colormap. Default: 0 to the largest value.
  ///   - texts: Other texts for the cells. Default: the values.
  /// - Precondition: All rows have the same number of values.
  /// - Returns: The panel.
  public static func matrix(
    values: [[Double]], rowNames: [String], columnNames: [String], title: String = "",
    xLabel: String = "", yLabel: String = "", colormap: Colormap = .blues,
    range: ClosedRange<Double>? = nil, texts: [[String]]? = nil
  ) -> Figure.Panel {
    precondition(
      Set(values.map(\.count)).count <= 1, "the rows have \(Set(values.map(\.count))) values")
    return Figure.Panel(
      .matrix(
        MatrixPlot(
          values: values, rowNames: rowNames, columnNames: columnNames, texts: texts,
          xLabel: xLabel, yLabel: yLabel, colormap: colormap, range: range)), title: title)
  }

  /// Creates a panel with lines of text; the first is a heading.
  package static func text(_ lines: [String], title: String = "") -> Figure.Panel {
    Figure.Panel(.text(lines), title: title)
  }
}

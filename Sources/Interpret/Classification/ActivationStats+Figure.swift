public import Imaging

extension ActivationStats {
  /// Plots mean, standard deviation and share near zero of a layer by step (`plot_layer_stats`).
  ///
  /// - Parameter index: The layer; negative numbers count from the end.
  /// - Returns: Three plots in a row.
  public func plotLayerStats(_ index: Int) -> Figure {
    let found = layerStats(index)
    let panels = [("mean", found.mean), ("std", found.std), ("% near zero", found.nearZero)]
    return Figure(
      rows: [
        panels.map { title, values in
          .plot(
            LinePlot(
              [
                LinePlot.Series(
                  "",
                  points: zip(steps, values).map {
                    (Double($0), title == "% near zero" ? 100 * $1 : $1)
                  })
              ], xLabel: "step"), title: title)
        }
      ], title: title(of: index), cellSize: (360, 260))
  }

  /// Such as "Activations of layer 1.6 (BatchNorm)".
  private func title(of index: Int) -> String {
    let place = position(index)
    let kind = modules.indices.contains(place) ? " (\(type(of: modules[place])))" : ""
    return "Activations of layer \(names[place])\(kind)"
  }

  /// Draws the histograms of a layer by step, the colorful dimension (`color_dim`).
  ///
  /// Columns are recorded steps, the first at the left; rows are values from 0 at the bottom to 10 at the top; colors
  /// are ln(1 + n).
  ///
  /// - Parameter index: The layer; negative numbers count from the end.
  /// - Returns: One map.
  /// - Precondition: Histograms of at least one step were recorded.
  public func colorDim(_ index: Int) -> Figure {
    let rows = hist(index)
    precondition(!stats.isEmpty, "no step was recorded")
    // The image starts at the top.
    let picture = ScalarImage(
      width: stats.count, height: rows.count, values: rows.reversed().flatMap { $0.map(Float.init) }
    )
    // Pixels of equal size would make few steps a strip, and many a line.
    let stretched = picture.stretched(width: 640, height: 320)
    return Figure(
      rows: [[.map(stretched, style: Figure.MapStyle(colormap: .viridis))]],
      title: title(of: index),
      captions: [
        "Activations by training step, \(steps.first ?? 0) to \(steps.last ?? 0) from left to right, and value, 0 "
          + "to 10 from bottom to top; the color is ln(1 + number)."
      ], cellSize: (640, 320))
  }
}

extension ScalarImage {
  /// The image with its pixels repeated to another size.
  fileprivate func stretched(width newWidth: Int, height newHeight: Int) -> ScalarImage {
    ScalarImage(
      width: newWidth, height: newHeight,
      values: (0..<newHeight).flatMap { y in
        (0..<newWidth).map { x in
          values[y * height / newHeight * width + x * width / newWidth]
        }
      })
  }
}

public import Imaging

extension ShortcutCheck {
  /// Draws mean film, mean map and peaks of each class, with the warnings.
  ///
  /// - Returns: One row per class that has maps.
  /// - Precondition: A class has a map.
  public func figure() -> Figure {
    let drawn = summaries.filter { $0.meanMap != nil }
    precondition(!drawn.isEmpty, "no image with a positive map was added")
    let rows = drawn.map { summary -> [Figure.Panel] in
      guard let film = summary.meanFilm, let map = summary.meanMap else { return [] }
      let count = summary.images - summary.withoutMap
      let peaks = ScalarImage(
        width: summary.peaks[0].count, height: summary.peaks.count,
        values: summary.peaks.joined().map(Float.init))
      let gray = PixelBuffer(
        width: film.width, height: film.height, channels: 1,
        samples: film.values.map { UInt8(max(0, min(255, $0.rounded()))) })
      return [
        .image(
          gray.resized(width: 8 * film.width, height: 8 * film.height, resampling: .bilinear),
          title: "\(summary.className): mean of \(count) films", boxes: Self.border(8 * film.width)),
        .map(
          map, style: Figure.MapStyle(range: 0...max(map.extremes?.upperBound ?? 1, 1)),
          title:
            "mean map: border \(Self.percent(summary.border.mass)), corners \(Self.percent(summary.corners.mass))"
        ),
        .map(
          peaks,
          style: Figure.MapStyle(
            colormap: .viridis, range: 0...max(peaks.extremes?.upperBound ?? 1, 1)),
          title: "peaks: \(Self.percent(summary.hotSpotShare ?? 0)) in one cell, by chance "
            + Self.percent(summary.expectedHotSpotShare ?? 0)),
      ]
    }
    let found = warnings
    let areas = drawn[0]
    return Figure(
      rows: rows,
      title: "Shortcut check: "
        + (found.isEmpty
          ? "no warning" : found.count == 1 ? "1 warning" : "\(found.count) warnings"),
      captions: found
        + [
          "Positive part of the map of each image's most probable class, by \(title); 1 is an even map. The border "
            + "is \(Self.percent(areas.border.area)) of the area, the corners are \(Self.percent(areas.corners.area)). "
            + "A warning needs \(Self.minimumImages) images and \(Self.massFactor) times the share of the area, or "
            + "\(Self.peakFactor) times the peaks that chance puts into one cell."
        ])
  }

  private static func border(_ size: Int) -> [LabeledBox] {
    let edge = borderWidth * Double(size)
    let inner = BoundingBox(
      x0: edge, y0: edge, x1: Double(size) - edge, y1: Double(size) - edge)
    return [LabeledBox(inner, color: .yellow)]
  }
}

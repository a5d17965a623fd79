/// How the cells of a small map become pixels.
public enum MapInterpolation: Sendable, Equatable {
  /// Straight between the cells' centers, edges repeated.
  case bilinear
  /// Every cell a rectangle of its own: nothing is made up between the cells.
  case nearest
}

extension PixelBuffer {
  /// The image with a heat map laid over it, as `imshow(map, alpha, extent, cmap)` draws it.
  ///
  /// The map is scaled to 0...1 by its range, interpolated to the image's pixels, colored, and
  /// mixed: `(1 - alpha) * image + alpha * color`, rounded. Where the map is not a number the
  /// image stays.
  ///
  /// - Parameters:
  ///   - map: The heat map, of any size.
  ///   - colormap: The colors; magma as in fastai's and fmi's examples.
  ///   - alpha: The color's share, 0 to 1.
  ///   - range: The values at the ends of the colors; the map's extremes by default.
  ///   - extent: The part of the image that the map covers; all by default.
  ///   - interpolation: Bilinear, or nearest to show the cells.
  /// - Returns: An RGB image of the same size.
  public func overlaid(
    with map: ScalarImage, colormap: Colormap = .magma, alpha: Double = 0.6,
    range: ClosedRange<Float>? = nil, extent: BoundingBox? = nil,
    interpolation: MapInterpolation = .bilinear
  ) -> PixelBuffer {
    precondition((0...1).contains(alpha), "alpha \(alpha) is not within 0...1")
    return blended(with: map.normalized(to: range), colormap, extent, interpolation) { _ in alpha }
  }

  /// The image with a heat map laid over it whose opacity follows its value.
  ///
  /// Where the map says nothing, the image stays untouched: alpha is `maximumAlpha` times the
  /// value within the range, and 0 below `threshold`. This is the honest way to show a map on a
  /// radiograph; with a fixed alpha even a blank map tints everything.
  ///
  /// - Parameters:
  ///   - map: The heat map, of any size.
  ///   - colormap: The colors.
  ///   - maximumAlpha: The color's share at the top of the range, 0 to 1.
  ///   - threshold: The share of the range below which nothing is drawn, 0 to 1.
  ///   - range: The values at the ends; zero to the map's maximum by default.
  ///   - extent: The part of the image that the map covers; all by default.
  ///   - interpolation: Bilinear, or nearest to show the cells.
  /// - Returns: An RGB image of the same size.
  public func overlaidInProportion(
    with map: ScalarImage, colormap: Colormap = .magma, maximumAlpha: Double = 0.6,
    threshold: Double = 0, range: ClosedRange<Float>? = nil, extent: BoundingBox? = nil,
    interpolation: MapInterpolation = .bilinear
  ) -> PixelBuffer {
    precondition((0...1).contains(maximumAlpha), "alpha \(maximumAlpha) is not within 0...1")
    let range = range ?? 0...max(map.extremes?.upperBound ?? 0, 0)
    return blended(with: map.normalized(to: range), colormap, extent, interpolation) { value in
      value < threshold ? 0 : maximumAlpha * min(max(value, 0), 1)
    }
  }

  /// The image and a map mixed as pytorch-grad-cam's `show_cam_on_image` does.
  ///
  /// The mix is divided by its largest value, so the film's brightness changes with the map: for
  /// comparison with published figures; `overlaid` leaves the film alone.
  ///
  /// - Parameters:
  ///   - map: Values within 0...1, of the image's size.
  ///   - colormap: OpenCV's jet, as there.
  ///   - imageWeight: The image's share, 0 to 1.
  /// - Returns: An RGB image of the same size.
  public func shownWithCAM(
    _ map: ScalarImage, colormap: Colormap = .openCVJet, imageWeight: Float = 0.5
  ) -> PixelBuffer {
    precondition(
      map.width == width && map.height == height,
      "the map is \(map.width) x \(map.height), the image \(width) x \(height)")
    precondition((0...1).contains(imageWeight), "weight \(imageWeight) is not within 0...1")
    var mixed = convertedToRGB().samples.map { Float($0) / 255 }
    for (place, value) in map.values.enumerated() {
      let entry = value.isNaN ? 0 : Int(min(max(255 * value, 0), 255))
      for channel in 0..<3 {
        let color = Float(colormap.table[3 * entry + channel]) / 255
        mixed[3 * place + channel] =
          (1 - imageWeight) * color + imageWeight * mixed[3 * place + channel]
      }
    }
    let top = max(mixed.max() ?? 1, .leastNormalMagnitude)
    return PixelBuffer(
      width: width, height: height, channels: 3,
      samples: mixed.map { UInt8(min(255 * ($0 / top), 255)) })
  }

  private func blended(
    with map: ScalarImage, _ colormap: Colormap, _ extent: BoundingBox?,
    _ interpolation: MapInterpolation, alpha: (Double) -> Double
  ) -> PixelBuffer {
    let region = extent ?? BoundingBox(width: width, height: height)
    precondition(
      region.x0 < region.x1 && region.y0 < region.y1, "the extent \(region) covers nothing")
    let across = Covered(region.x0, region.x1, pixels: width, cells: map.width, interpolation)
    let down = Covered(region.y0, region.y1, pixels: height, cells: map.height, interpolation)
    var result = convertedToRGB()
    if across.pixels.isEmpty || down.pixels.isEmpty { return result }
    let values = map.sampled(across: across.places, down: down.places).values
    let shares = (0..<256).map { Double($0) / 255 }
    let colors = colormap.table.map { Double($0) / 255 }
    result.samples.withUnsafeMutableBufferPointer { out in
      values.withUnsafeBufferPointer { values in
        var place = 0
        for y in down.pixels {
          for x in across.pixels {
            let value = Double(values[place])
            place += 1
            if value.isNaN { continue }
            let share = alpha(value)
            let entry = 3 * Colormap.index(value)
            let at = 3 * (y * width + x)
            for channel in 0..<3 {
              let mixed =
                (1 - share) * shares[Int(out[at + channel])] + share * colors[entry + channel]
              out[at + channel] = UInt8(255 * mixed + 0.5)
            }
          }
        }
      }
    }
    return result
  }
}

/// The pixels of one axis that a map covers, and where each lies among the map's cells.
private struct Covered {
  let pixels: Range<Int>
  let places: [Interpolation]

  init(
    _ start: Double, _ end: Double, pixels count: Int, cells: Int,
    _ interpolation: MapInterpolation
  ) {
    // A pixel is covered when its center is.
    let first = Int(min(max((start - 0.5).rounded(.up), 0), Double(count)))
    let last = Int(min(max((end - 0.5).rounded(.up), Double(first)), Double(count)))
    pixels = first..<last
    let scale = Double(cells) / (end - start)
    places = (first..<last).map { pixel in
      let position = (Double(pixel) + 0.5 - start) * scale
      switch interpolation {
      case .bilinear: return Interpolation(at: position - 0.5, of: cells)
      case .nearest: return Interpolation(at: position.rounded(.down), of: cells)
      }
    }
  }
}

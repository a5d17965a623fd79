extension PixelBuffer {
  /// Overlays a heat map with constant opacity, as matplotlib's `imshow(map, alpha, extent, cmap)`.
  ///
  /// The map is scaled to 0...1 by its range, interpolated to the pixels of the image, colored and
  /// blended: `(1 - alpha) * image + alpha * color`, rounded. Pixels where the map is NaN stay
  /// unchanged.
  ///
  /// - Parameters:
  ///   - map: The heat map, of any size.
  ///   - colormap: The colors (`cmap`); magma as in fastai's examples.
  ///   - alpha: The opacity of the map, 0 to 1.
  ///   - range: The values at the ends of the colormap (`vmin`, `vmax`). Default: the range of the map.
  ///   - extent: The part of the image that the map covers. Default: the whole image.
  ///   - interpolation: Bilinear between the centers of the cells, or nearest to show the cells.
  /// - Returns: An RGB image of the same size.
  public func overlaid(
    with map: ScalarImage, colormap: Colormap = .magma, alpha: Double = 0.6,
    range: ClosedRange<Float>? = nil, extent: BoundingBox? = nil,
    interpolation: Resampling = .bilinear
  ) -> PixelBuffer {
    precondition((0...1).contains(alpha), "alpha is 0 to 1, not \(alpha)")
    return blended(with: map.normalized(to: range), colormap, extent, interpolation) { _ in alpha }
  }

  /// Overlays a heat map with an opacity proportional to its values.
  ///
  /// The opacity is `maximumAlpha` times the scaled value, and 0 below `threshold`, so that the
  /// image stays unchanged where the map is low. With a constant opacity even a map of zeros tints
  /// the image.
  ///
  /// - Parameters:
  ///   - map: The heat map, of any size.
  ///   - colormap: The colors.
  ///   - maximumAlpha: The opacity at the upper end of the range, 0 to 1.
  ///   - threshold: The scaled value below which nothing is drawn, 0 to 1.
  ///   - range: The values at the ends of the colormap. Default: 0 to the maximum of the map.
  ///   - extent: The part of the image that the map covers. Default: the whole image.
  ///   - interpolation: Bilinear between the centers of the cells, or nearest to show the cells.
  /// - Returns: An RGB image of the same size.
  public func overlaidInProportion(
    with map: ScalarImage, colormap: Colormap = .magma, maximumAlpha: Double = 0.6,
    threshold: Double = 0, range: ClosedRange<Float>? = nil, extent: BoundingBox? = nil,
    interpolation: Resampling = .bilinear
  ) -> PixelBuffer {
    precondition((0...1).contains(maximumAlpha), "maximumAlpha is 0 to 1, not \(maximumAlpha)")
    let range = range ?? 0...max(map.extremes?.upperBound ?? 0, 0)
    return blended(with: map.normalized(to: range), colormap, extent, interpolation) { value in
      value < threshold ? 0 : maximumAlpha * min(max(value, 0), 1)
    }
  }

  /// Blends the image with a map, as pytorch-grad-cam's `show_cam_on_image`.
  ///
  /// The result is divided by its maximum, so the brightness of the image depends on the map. Use
  /// it to compare with published figures, and `overlaid(with:)` otherwise.
  ///
  /// - Parameters:
  ///   - map: Values of 0 to 1, of the same size as the image (`mask`).
  ///   - colormap: The colors; OpenCV's jet as in pytorch-grad-cam.
  ///   - imageWeight: The weight of the image, 0 to 1 (`image_weight`).
  /// - Returns: An RGB image of the same size.
  public func shownWithCAM(
    _ map: ScalarImage, colormap: Colormap = .openCVJet, imageWeight: Float = 0.5
  ) -> PixelBuffer {
    precondition(
      map.width == width && map.height == height,
      "the map has \(map.width) x \(map.height) pixels, the image \(width) x \(height)")
    precondition((0...1).contains(imageWeight), "imageWeight is 0 to 1, not \(imageWeight)")
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
    _ interpolation: Resampling, alpha: (Double) -> Double
  ) -> PixelBuffer {
    let region = extent ?? BoundingBox(width: width, height: height)
    precondition(
      region.x0 < region.x1 && region.y0 < region.y1, "the extent \(region) is empty")
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

/// The pixels of one axis that a map covers, and their positions in the map.
private struct Covered {
  let pixels: Range<Int>
  let places: [Interpolation]

  init(
    _ start: Double, _ end: Double, pixels count: Int, cells: Int,
    _ interpolation: Resampling
  ) {
    // A pixel is covered if its center is.
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

/// A map with the geometry that places its cells in an image.
package struct PlacedMap: Sendable {
  /// The cells.
  package let cells: ScalarImage
  /// From cells, with cell edges at whole numbers, to the image.
  private let cellsToImage: ImageGeometry
  /// From the model's input to the image.
  private let inputToImage: ImageGeometry
  private let inputWidth: Double
  private let inputHeight: Double

  /// Creates a placed map.
  ///
  /// - Parameters:
  ///   - cells: The cells.
  ///   - grid: From cells, with cell edges at whole numbers, to the model's input.
  ///   - input: From the model's input to the image.
  ///   - width: Columns of the model's input.
  ///   - height: Rows of the model's input.
  package init(
    _ cells: ScalarImage, grid: ImageGeometry, input: ImageGeometry, width: Int, height: Int
  ) {
    self.cells = cells
    cellsToImage = input.then(grid)
    inputToImage = input
    inputWidth = Double(width)
    inputHeight = Double(height)
  }

  /// The corners of what the model saw, in pixels of the image.
  package var corners: [(x: Double, y: Double)] {
    [(0, 0), (inputWidth, 0), (inputWidth, inputHeight), (0, inputHeight)].map {
      inputToImage.source(x: $0.0, y: $0.1)
    }
  }

  /// The values at the pixels of a copy of the image of another size; NaN where the model saw nothing.
  ///
  /// - Parameters:
  ///   - width: Columns of the copy.
  ///   - height: Rows of the copy.
  ///   - image: Columns and rows of the image.
  ///   - interpolation: Bilinear between the centers of the cells, whose border cells extend outward, or nearest.
  /// - Returns: The values, rows from the top.
  package func sampled(
    width: Int, height: Int, of image: (width: Int, height: Int), interpolation: Resampling
  ) -> [Float] {
    let (stepX, stepY) = (
      Double(image.width) / Double(width), Double(image.height) / Double(height)
    )
    let xs = (0..<width).map { (Double($0) + 0.5) * stepX }
    let ys = (0..<height).map { (Double($0) + 0.5) * stepY }
    func place(_ position: Double, _ count: Int) -> Interpolation {
      interpolation == .nearest
        ? Interpolation(at: position.rounded(.down), of: count)
        : Interpolation(at: position - 0.5, of: count)
    }
    guard cellsToImage.isAxisAligned, inputToImage.isAxisAligned else {
      return ys.flatMap { y in
        xs.map { x in
          let input = inputToImage.output(x: x, y: y)
          guard (0...inputWidth).contains(input.x), (0...inputHeight).contains(input.y) else {
            return Float.nan
          }
          let cell = cellsToImage.output(x: x, y: y)
          return cells.value(
            across: place(cell.x, cells.width), down: place(cell.y, cells.height))
        }
      }
    }
    let across = xs.map { place(cellsToImage.output(x: $0, y: 0).x, cells.width) }
    let down = ys.map { place(cellsToImage.output(x: 0, y: $0).y, cells.height) }
    var values = cells.sampled(across: across, down: down).values
    let isSeenX = xs.map { (0...inputWidth).contains(inputToImage.output(x: $0, y: 0).x) }
    let isSeenY = ys.map { (0...inputHeight).contains(inputToImage.output(x: 0, y: $0).y) }
    if isSeenX.allSatisfy(\.self), isSeenY.allSatisfy(\.self) { return values }
    for y in 0..<height {
      for x in 0..<width where !(isSeenX[x] && isSeenY[y]) { values[y * width + x] = .nan }
    }
    return values
  }
}

extension ScalarImage {
  /// The value between four samples.
  fileprivate func value(across: Interpolation, down: Interpolation) -> Float {
    let (upper, lower) = (down.first * width, down.second * width)
    let above =
      values[upper + across.first]
      + (values[upper + across.second] - values[upper + across.first]) * across.fraction
    let below =
      values[lower + across.first]
      + (values[lower + across.second] - values[lower + across.first]) * across.fraction
    return above + (below - above) * down.fraction
  }
}

extension PixelBuffer {
  /// Blends a map into this image, which is the original or a copy of it in another size.
  ///
  /// - Parameters:
  ///   - map: The map.
  ///   - original: Columns and rows of the image that the map is placed in.
  ///   - colors: The table and the scale.
  ///   - style: The opacity.
  /// - Returns: An RGB image of the same size. A pixel where the map is zero, is NaN or does not lie is unchanged,
  ///   unless the opacity is uniform.
  package func overlaid(
    with map: PlacedMap, of original: (width: Int, height: Int), colors: MapColors,
    style: OverlayStyle
  ) -> PixelBuffer {
    let values = map.sampled(
      width: width, height: height, of: original, interpolation: .bilinear)
    let largest = max(abs(colors.range.lowerBound), abs(colors.range.upperBound))
    let (unit, low) = (largest > 0 ? 1 / largest : 0, colors.range.lowerBound)
    let span = colors.range.upperBound - low
    let scale: Float = span > 0 && (1 / span).isFinite ? 256 / span : 0
    let table = colors.colormap.table.map { Float($0) }
    let maximum = Float(style.maximumAlpha)
    let isUniform = if case .uniform = style { true } else { false }
    let channels = self.channels
    let count = width * height
    let result = [UInt8](unsafeUninitializedCapacity: 3 * count) { out, filled in
      samples.withUnsafeBufferPointer { source in
        table.withUnsafeBufferPointer { table in
          values.withUnsafeBufferPointer { values in
            for pixel in 0..<count {
              let value = values[pixel]
              let from = pixel * channels
              let (r, g, b) = (
                source[from], source[channels == 3 ? from + 1 : from],
                source[channels == 3 ? from + 2 : from]
              )
              let share = min(abs(value) * unit, 1)
              // NaN is not greater than zero either.
              let alpha =
                isUniform
                ? (value.isNaN ? 0 : maximum) : share > 0 ? maximum * share * share.squareRoot() : 0
              if alpha == 0 {
                (out[3 * pixel], out[3 * pixel + 1], out[3 * pixel + 2]) = (r, g, b)
                continue
              }
              let entry = 3 * Int(min(max((value - low) * scale, 0), 255))
              func mix(_ film: UInt8, _ color: Float) -> UInt8 {
                UInt8(Float(film) + (color - Float(film)) * alpha + 0.5)
              }
              out[3 * pixel] = mix(r, table[entry])
              out[3 * pixel + 1] = mix(g, table[entry + 1])
              out[3 * pixel + 2] = mix(b, table[entry + 2])
            }
          }
        }
      }
      filled = 3 * count
    }
    return PixelBuffer(width: width, height: height, channels: 3, samples: result)
  }
}

import Imaging
import Tensors

extension Sample {
  /// Cuts a window out, resizes it with antialiasing, and appends the geometry.
  ///
  /// - Parameters:
  ///   - window: In pixels of the image as it is now; it may extend beyond the image.
  ///   - padMode: What fills it outside of the image.
  ///   - size: Rows and columns of the result; nil: those of the window.
  mutating func cut(_ window: PixelWindow, padMode: PadMode, resizedTo size: ImageSize? = nil) {
    let result = (
      height: size?.height ?? window.height, width: size?.width ?? window.width
    )
    if is8Bit {
      image = image.window(window, padMode: padMode, resizedTo: result)
    } else {
      updateValues { planes in
        planes = planes.mapped { $0.window(window, padMode: padMode, resizedTo: result) }
      }
    }
    geometry = geometry.then(window.geometry(resizedTo: result))
  }

  /// Resamples a part of the image on a grid, and appends the geometry.
  ///
  /// - Parameters:
  ///   - size: Rows and columns of the result.
  ///   - affine: Nine numbers, from output coordinates in -1...1 to input coordinates.
  ///   - perspective: Nine numbers, applied after `affine`; nil for none.
  ///   - sampling: How the image is sampled.
  ///   - part: The part of the image that is sampled; nil: all.
  mutating func resample(
    to size: ImageSize, affine: [Double], perspective: [Double]? = nil,
    sampling: GridSampling = GridSampling(), part: PixelWindow? = nil
  ) {
    var averaged = ImageSize(height: 1, width: 1)
    let part =
      part ?? PixelWindow(x: 0, y: 0, width: self.size.width, height: self.size.height)
    updateValues { image in
      let result = image.cropped(
        top: part.y, left: part.x, height: part.height, width: part.width
      ).resampled(
        height: size.height, width: size.width, affine: Array(affine[..<6]),
        perspective: perspective.map { Array($0[..<8]) }, sampling: sampling)
      averaged = ImageSize(height: result.averagedHeight, width: result.averagedWidth)
      image = result.image
    }
    let alignsCorners = sampling.alignsCorners
    let whole = perspective.map { CoordinateMap.multiplied($0, affine) } ?? affine
    let (outX, outY) = (
      GridAxis(size.width, size.width, alignsCorners),
      GridAxis(size.height, size.height, alignsCorners)
    )
    let (inX, inY) = (
      GridAxis(part.width, averaged.width, alignsCorners),
      GridAxis(part.height, averaged.height, alignsCorners)
    )
    let toGrid = [
      1 / outX.scale, 0, -outX.offset / outX.scale, 0, 1 / outY.scale, -outY.offset / outY.scale,
      0, 0, 1,
    ]
    let toPixels = [
      inX.scale, 0, inX.offset + Double(part.x), 0, inY.scale, inY.offset + Double(part.y), 0, 0, 1,
    ]
    geometry = geometry.then(
      ImageGeometry(
        matrix: CoordinateMap.multiplied(toPixels, CoordinateMap.multiplied(whole, toGrid))))
  }
}

/// Pixels along an axis as a linear function of grid coordinates: `scale · coordinate + offset`.
private struct GridAxis {
  let scale: Double
  let offset: Double

  /// An axis of `length` pixels that were averaged to `count`.
  init(_ length: Int, _ count: Int, _ alignsCorners: Bool) {
    // With aligned corners, -1 and 1 are the centers of the outermost of the `count` pixels.
    let cells = alignsCorners && count > 1 ? Double(count - 1) : Double(count)
    scale = cells / 2 * Double(length) / Double(count)
    offset = Double(length) / 2
  }
}

extension ImagePlanes {
  /// Applies a function to each plane; the results have one size.
  func mapped(_ body: (ScalarImage) -> ScalarImage) -> ImagePlanes {
    let pixels = height * width
    let planes = (0..<channels).map { c in
      body(
        ScalarImage(
          width: width, height: height,
          values: channels == 1 ? values : Array(values[(c * pixels)..<((c + 1) * pixels)])))
    }
    return ImagePlanes(planes)
  }

  /// The planes of images of one size.
  init(_ planes: [ScalarImage]) {
    self.init(
      channels: planes.count, height: planes[0].height, width: planes[0].width,
      values: planes.count == 1 ? planes[0].values : planes.flatMap(\.values))
  }
}

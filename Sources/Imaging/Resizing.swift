import CCodecs

/// How pixels are made when an image changes its size.
public enum ResizeFilter: Sendable, Equatable {
  /// Pillow's BILINEAR: a triangle, as wide as the shrinking asks for (antialiased).
  case bilinear
  /// The sample whose area holds the center: for masks and labels.
  case nearest
}

/// A rectangle of an image in continuous coordinates: pixel edges at whole numbers, half open.
public struct PixelRegion: Sendable, Equatable {
  /// The left edge.
  public var x0: Double
  /// The top edge.
  public var y0: Double
  /// The right edge.
  public var x1: Double
  /// The bottom edge.
  public var y1: Double

  /// Makes a region from its edges.
  public init(x0: Double, y0: Double, x1: Double, y1: Double) {
    self.x0 = x0
    self.y0 = y0
    self.x1 = x1
    self.y1 = y1
  }

  func check(inside width: Int, _ height: Int) {
    precondition(
      x0 >= 0 && y0 >= 0 && x1 <= Double(width) && y1 <= Double(height) && x0 < x1 && y0 < y1,
      "the source region [\(x0), \(x1)) x [\(y0), \(y1)) is not inside \(width) x \(height)")
  }
}

extension PixelBuffer {
  /// The image at another size, as Pillow's `resize(size, BILINEAR or NEAREST, box)` bit for bit.
  ///
  /// - Parameters:
  ///   - newWidth: Columns of the result.
  ///   - newHeight: Rows of the result.
  ///   - filter: Antialiased bilinear, or nearest for masks.
  ///   - source: The part to take, in pixels; all by default.
  /// - Returns: The resampled image.
  public func resized(
    width newWidth: Int, height newHeight: Int, filter: ResizeFilter = .bilinear,
    source: PixelRegion? = nil
  ) -> PixelBuffer {
    precondition(newWidth > 0 && newHeight > 0, "cannot resize to \(newWidth) x \(newHeight)")
    let region =
      source ?? PixelRegion(x0: 0, y0: 0, x1: Double(width), y1: Double(height))
    region.check(inside: width, height)
    if newWidth == width && newHeight == height && region.x0 == 0 && region.y0 == 0
      && region.x1 == Double(width) && region.y1 == Double(height)
    {
      return self
    }
    switch filter {
    case .bilinear:
      return resample(newWidth, newHeight, offset: 0, width: width, height: height, region)
    case .nearest:
      return pickNearest(newWidth, newHeight, region)
    }
  }

  /// Crops to whole pixels and resizes the crop, without copying it first; the taps stay inside.
  func resized(
    width newWidth: Int, height newHeight: Int, filter: ResizeFilter, cropX: Int, cropY: Int,
    cropWidth: Int, cropHeight: Int
  ) -> PixelBuffer {
    precondition(
      cropX >= 0 && cropY >= 0 && cropWidth > 0 && cropHeight > 0
        && cropX + cropWidth <= width && cropY + cropHeight <= height,
      "the crop \(cropX), \(cropY), \(cropWidth) x \(cropHeight) is not inside \(width) x \(height)"
    )
    let whole = PixelRegion(x0: 0, y0: 0, x1: Double(cropWidth), y1: Double(cropHeight))
    switch filter {
    case .bilinear:
      return resample(
        newWidth, newHeight, offset: (cropY * width + cropX) * channels, width: cropWidth,
        height: cropHeight, whole)
    case .nearest:
      return cropped(x: cropX, y: cropY, width: cropWidth, height: cropHeight)
        .pickNearest(newWidth, newHeight, whole)
    }
  }

  /// A part of the image, at whole pixels.
  ///
  /// - Precondition: The part lies inside the image.
  public func cropped(x: Int, y: Int, width newWidth: Int, height newHeight: Int) -> PixelBuffer {
    precondition(
      x >= 0 && y >= 0 && newWidth > 0 && newHeight > 0 && x + newWidth <= width
        && y + newHeight <= height,
      "the crop \(x), \(y), \(newWidth) x \(newHeight) is not inside \(width) x \(height)")
    var part: [UInt8] = []
    part.reserveCapacity(newWidth * newHeight * channels)
    for row in y..<(y + newHeight) {
      let start = (row * width + x) * channels
      part.append(contentsOf: samples[start..<(start + newWidth * channels)])
    }
    return PixelBuffer(width: newWidth, height: newHeight, channels: channels, samples: part)
  }

  private func resample(
    _ newWidth: Int, _ newHeight: Int, offset: Int, width partWidth: Int, height partHeight: Int,
    _ region: PixelRegion
  ) -> PixelBuffer {
    let count = newWidth * newHeight * channels
    let result = [UInt8](unsafeUninitializedCapacity: count) { out, filled in
      let code = samples.withUnsafeBufferPointer { source in
        lb_resize_u8(
          source.baseAddress?.advanced(by: offset), width * channels, Int32(partWidth),
          Int32(partHeight), Int32(channels), region.x0, region.y0, region.x1, region.y1,
          out.baseAddress, Int32(newWidth), Int32(newHeight))
      }
      precondition(code == Int32(LB_OK), "no memory to resize to \(newWidth) x \(newHeight)")
      filled = count
    }
    return PixelBuffer(width: newWidth, height: newHeight, channels: channels, samples: result)
  }

  private func pickNearest(
    _ newWidth: Int, _ newHeight: Int, _ region: PixelRegion
  ) -> PixelBuffer {
    let columns = PixelBuffer.nearest(newWidth, from: region.x0, to: region.x1, of: width)
    let rows = PixelBuffer.nearest(newHeight, from: region.y0, to: region.y1, of: height)
    let count = newWidth * newHeight * channels
    let picked = [UInt8](unsafeUninitializedCapacity: count) { out, filled in
      samples.withUnsafeBufferPointer { source in
        var at = 0
        for row in rows {
          for column in columns {
            let from = (row * width + column) * channels
            for channel in 0..<channels {
              out[at] = source[from + channel]
              at += 1
            }
          }
        }
      }
      filled = count
    }
    return PixelBuffer(width: newWidth, height: newHeight, channels: channels, samples: picked)
  }

  /// The input sample for each output sample; the running sum is Pillow's own way to step.
  static func nearest(_ count: Int, from start: Double, to end: Double, of size: Int) -> [Int] {
    let step = (end - start) / Double(count)
    var position = start + step * 0.5
    return (0..<count).map { _ in
      defer { position += step }
      return min(max(Int(position), 0), size - 1)
    }
  }
}

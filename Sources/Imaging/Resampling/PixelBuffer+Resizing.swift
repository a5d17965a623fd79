import CCodecs

extension PixelBuffer {
  /// Resizes to an exact size, bit for bit as Pillow's `Image.resize(size, resample, box)`.
  ///
  /// - Parameters:
  ///   - newWidth: Columns of the result.
  ///   - newHeight: Rows of the result.
  ///   - resampling: The filter (`resample`).
  ///   - source: The region to resize, in pixels (`box`). Default: the whole image.
  /// - Returns: The resized image.
  package func resized(
    width newWidth: Int, height newHeight: Int, resampling: Resampling = .bilinear,
    source: BoundingBox? = nil
  ) -> PixelBuffer {
    precondition(newWidth > 0 && newHeight > 0, "cannot resize to \(newWidth) x \(newHeight)")
    let region = source ?? BoundingBox(width: width, height: height)
    region.checkInside(width: width, height: height)
    if newWidth == width && newHeight == height && region.x0 == 0 && region.y0 == 0
      && region.x1 == Double(width) && region.y1 == Double(height)
    {
      return self
    }
    switch resampling {
    case .bilinear:
      return resample(newWidth, newHeight, offset: 0, width: width, height: height, region)
    case .nearest:
      return pickNearest(newWidth, newHeight, region)
    }
  }

  /// Resizes a crop of whole pixels without copying it first; the filter reads no pixel outside.
  func resized(
    width newWidth: Int, height newHeight: Int, resampling: Resampling, cropX: Int, cropY: Int,
    cropWidth: Int, cropHeight: Int
  ) -> PixelBuffer {
    precondition(
      cropX >= 0 && cropY >= 0 && cropWidth > 0 && cropHeight > 0
        && cropX + cropWidth <= width && cropY + cropHeight <= height,
      "the crop \(cropX), \(cropY), \(cropWidth) x \(cropHeight) is not inside \(width) x \(height)"
    )
    let whole = BoundingBox(width: cropWidth, height: cropHeight)
    switch resampling {
    case .bilinear:
      return resample(
        newWidth, newHeight, offset: (cropY * width + cropX) * channels, width: cropWidth,
        height: cropHeight, whole)
    case .nearest:
      return cropped(x: cropX, y: cropY, width: cropWidth, height: cropHeight)
        .pickNearest(newWidth, newHeight, whole)
    }
  }

  /// Returns a crop of whole pixels.
  ///
  /// - Precondition: The crop lies inside the image.
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
    _ region: BoundingBox
  ) -> PixelBuffer {
    let count = newWidth * newHeight * channels
    let result = [UInt8](unsafeUninitializedCapacity: count) { out, filled in
      let code = samples.withUnsafeBufferPointer { source in
        lb_resize_u8(
          source.baseAddress?.advanced(by: offset), width * channels, Int32(partWidth),
          Int32(partHeight), Int32(channels), region.x0, region.y0, region.x1, region.y1,
          out.baseAddress, Int32(newWidth), Int32(newHeight))
      }
      precondition(
        code == Int32(LB_OK), "out of memory while resizing to \(newWidth) x \(newHeight)")
      filled = count
    }
    return PixelBuffer(width: newWidth, height: newHeight, channels: channels, samples: result)
  }

  private func pickNearest(
    _ newWidth: Int, _ newHeight: Int, _ region: BoundingBox
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

  /// The input position for each output position, stepped by a running sum as Pillow does.
  static func nearest(_ count: Int, from start: Double, to end: Double, of size: Int) -> [Int] {
    let step = (end - start) / Double(count)
    var position = start + step * 0.5
    return (0..<count).map { _ in
      defer { position += step }
      return min(max(Int(position), 0), size - 1)
    }
  }
}

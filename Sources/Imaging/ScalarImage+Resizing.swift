import CCodecs

extension ScalarImage {
  /// The image at another size by the antialiased triangle filter (Pillow's BILINEAR).
  ///
  /// - Parameters:
  ///   - newWidth: Columns of the result.
  ///   - newHeight: Rows of the result.
  ///   - source: The part to take, in pixels; all by default.
  ///   - roundingToIntegers: Round after each pass, as Pillow does with 16-bit images.
  /// - Returns: The resampled image.
  public func resized(
    width newWidth: Int, height newHeight: Int, source: PixelRegion? = nil,
    roundingToIntegers: Bool = false
  ) -> ScalarImage {
    precondition(newWidth > 0 && newHeight > 0, "cannot resize to \(newWidth) x \(newHeight)")
    let region = source ?? PixelRegion(x0: 0, y0: 0, x1: Double(width), y1: Double(height))
    region.check(inside: width, height)
    let count = newWidth * newHeight
    let result = [Float](unsafeUninitializedCapacity: count) { out, filled in
      let code = values.withUnsafeBufferPointer { from in
        lb_resize_f32(
          from.baseAddress, width, Int32(width), Int32(height), region.x0, region.y0, region.x1,
          region.y1, out.baseAddress, Int32(newWidth), Int32(newHeight),
          roundingToIntegers ? 1 : 0)
      }
      precondition(code == Int32(LB_OK), "no memory to resize to \(newWidth) x \(newHeight)")
      filled = count
    }
    return ScalarImage(width: newWidth, height: newHeight, values: result)
  }

  /// The image at another size by plain bilinear interpolation, without antialiasing.
  ///
  /// Pixel centers lie at halves and edges are repeated (OpenCV's INTER_LINEAR, PyTorch's
  /// `interpolate(mode="bilinear", align_corners=False)`); with `aligningCorners` the centers of
  /// the corner pixels coincide (`align_corners=True`).
  public func upsampled(
    width newWidth: Int, height newHeight: Int, aligningCorners: Bool = false
  ) -> ScalarImage {
    precondition(newWidth > 0 && newHeight > 0, "cannot resize to \(newWidth) x \(newHeight)")
    let across = (0..<newWidth).map { x in
      Interpolation(output: x, of: newWidth, input: width, aligningCorners: aligningCorners)
    }
    let down = (0..<newHeight).map { y in
      Interpolation(output: y, of: newHeight, input: height, aligningCorners: aligningCorners)
    }
    return sampled(across: across, down: down)
  }

  /// The image at given positions along both axes.
  func sampled(across: [Interpolation], down: [Interpolation]) -> ScalarImage {
    let count = across.count * down.count
    let result = [Float](unsafeUninitializedCapacity: count) { out, filled in
      values.withUnsafeBufferPointer { from in
        var at = 0
        for row in down {
          let upper = row.first * width
          let lower = row.second * width
          for column in across {
            let left = from[upper + column.first], right = from[upper + column.second]
            let above = left + (right - left) * column.fraction
            let left2 = from[lower + column.first], right2 = from[lower + column.second]
            let below = left2 + (right2 - left2) * column.fraction
            out[at] = above + (below - above) * row.fraction
            at += 1
          }
        }
      }
      filled = count
    }
    return ScalarImage(width: across.count, height: down.count, values: result)
  }
}

/// Two neighboring samples and how far to go from the first to the second.
struct Interpolation: Sendable {
  let first: Int
  let second: Int
  let fraction: Float

  /// The neighbors of a position in index units (sample centers at whole numbers).
  init(at position: Double, of size: Int) {
    let clamped = min(max(position, 0), Double(size - 1))
    first = min(Int(clamped), size - 1)
    second = min(first + 1, size - 1)
    fraction = Float(clamped - Double(first))
  }

  init(output: Int, of outputs: Int, input size: Int, aligningCorners: Bool) {
    if aligningCorners {
      let step = outputs > 1 ? Double(size - 1) / Double(outputs - 1) : 0
      self.init(at: Double(output) * step, of: size)
    } else {
      let scale = Double(size) / Double(outputs)
      self.init(at: (Double(output) + 0.5) * scale - 0.5, of: size)
    }
  }
}

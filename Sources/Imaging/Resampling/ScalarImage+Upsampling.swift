extension ScalarImage {
  /// Interpolates bilinearly to another size, without antialiasing.
  ///
  /// Equal to OpenCV's INTER_LINEAR and PyTorch's `interpolate(mode="bilinear")`.
  ///
  /// - Parameters:
  ///   - newWidth: Columns of the result.
  ///   - newHeight: Rows of the result.
  ///   - aligningCorners: Whether the centers of the corner pixels coincide (`align_corners`).
  /// - Returns: The interpolated image.
  package func upsampled(
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

  /// Samples the image on a grid of positions.
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

/// Two neighboring samples and the weight of the second.
struct Interpolation: Sendable {
  let first: Int
  let second: Int
  let fraction: Float

  /// Creates the interpolation at a position in index units (sample centers at whole numbers).
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

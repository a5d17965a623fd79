/// A symmetry of the square, in fastai's numbers for images (`dihedral`, Pillow's `Transpose` plus 1).
package enum SquareSymmetry: Int, Sendable, CaseIterable {
  case identity
  case mirrored
  case flipped
  case turnedLeft
  case turnedAround
  case turnedRight
  case transposed
  case transversed

  /// Symmetry 0 to 7.
  package init(number: Int) {
    guard let symmetry = Self(rawValue: number) else {
      preconditionFailure("a square has symmetries 0 to 7, not \(number)")
    }
    self = symmetry
  }

  /// Whether rows become columns.
  package var swapsSides: Bool {
    switch self {
    case .turnedLeft, .turnedRight, .transposed, .transversed: true
    case .identity, .mirrored, .flipped, .turnedAround: false
    }
  }

  /// The source pixel `x = a[0] X + a[1] Y + a[2]`, `y = a[3] X + a[4] Y + a[5]` of output pixel X, Y.
  private func coefficients(height: Int, width: Int) -> [Int] {
    let (right, bottom) = (width - 1, height - 1)
    return switch self {
    case .identity: [1, 0, 0, 0, 1, 0]
    case .mirrored: [-1, 0, right, 0, 1, 0]
    case .flipped: [1, 0, 0, 0, -1, bottom]
    case .turnedLeft: [0, -1, right, 1, 0, 0]
    case .turnedAround: [-1, 0, right, 0, -1, bottom]
    case .turnedRight: [0, 1, 0, -1, 0, bottom]
    case .transposed: [0, 1, 0, 1, 0, 0]
    case .transversed: [0, -1, right, -1, 0, bottom]
    }
  }

  /// Where the pixels lie in an image of this size.
  package func geometry(height: Int, width: Int) -> ImageGeometry {
    let a = coefficients(height: height, width: width).map { Double($0) }
    // Pixel centers lie half a pixel behind their indices.
    let x = a[2] + 0.5 - (a[0] + a[1]) / 2
    let y = a[5] + 0.5 - (a[3] + a[4]) / 2
    return ImageGeometry(matrix: [a[0], a[1], x, a[3], a[4], y, 0, 0, 1])
  }

  /// Reorders the samples of an image; those of a pixel stay together.
  func reordered<Value>(
    _ samples: [Value], height: Int, width: Int, channels: Int
  ) -> (samples: [Value], height: Int, width: Int) {
    let a = coefficients(height: height, width: width)
    let (rows, columns) = swapsSides ? (width, height) : (height, width)
    var result: [Value] = []
    result.reserveCapacity(samples.count)
    for row in 0..<rows {
      for column in 0..<columns {
        let x = a[0] * column + a[1] * row + a[2]
        let y = a[3] * column + a[4] * row + a[5]
        let start = (y * width + x) * channels
        for c in 0..<channels { result.append(samples[start + c]) }
      }
    }
    return (result, rows, columns)
  }
}

extension PixelBuffer {
  /// The image, turned or mirrored.
  package func turned(by symmetry: SquareSymmetry) -> PixelBuffer {
    let (samples, height, width) = symmetry.reordered(
      samples, height: height, width: width, channels: channels)
    return PixelBuffer(width: width, height: height, channels: channels, samples: samples)
  }
}

extension ScalarImage {
  /// The image, turned or mirrored.
  package func turned(by symmetry: SquareSymmetry) -> ScalarImage {
    let (values, height, width) = symmetry.reordered(
      values, height: height, width: width, channels: 1)
    return ScalarImage(width: width, height: height, values: values)
  }
}

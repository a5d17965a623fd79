package import DataBlocks
public import Imaging
import Tensors

/// A true region on the pixels of a map.
public struct PixelMask: Sendable, Equatable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Whether each pixel is inside, rows from the top.
  public let values: [Bool]

  /// Creates a mask from its values.
  ///
  /// - Precondition: `values.count` is `width * height`.
  public init(width: Int, height: Int, values: [Bool]) {
    precondition(
      width > 0 && height > 0 && values.count == width * height,
      "a mask of \(width) x \(height) pixels does not have \(values.count) values")
    self.width = width
    self.height = height
    self.values = values
  }

  /// Pixels inside.
  public var area: Int { values.count { $0 } }

  /// The smallest box around the pixels inside; nil if there are none.
  public var boundingBox: BoundingBox? {
    var box: (x0: Int, y0: Int, x1: Int, y1: Int)?
    for y in 0..<height {
      for x in 0..<width where values[y * width + x] {
        let known = box ?? (x, y, x, y)
        box = (min(known.x0, x), min(known.y0, y), max(known.x1, x), max(known.y1, y))
      }
    }
    return box.map {
      BoundingBox(
        x0: Double($0.x0), y0: Double($0.y0), x1: Double($0.x1 + 1), y1: Double($0.y1 + 1))
    }
  }

  /// The mask of an original image on the pixels of the model's input: a pixel is inside if its center is.
  ///
  /// - Parameters:
  ///   - mask: The region in the original.
  ///   - image: Places the input in the original.
  package init(_ mask: any ImageMask, image: PreparedImage) {
    self.init(
      mask, original: ImageSize(height: image.original.height, width: image.original.width),
      size: ImageSize(height: image.input.shape[2], width: image.input.shape[3]),
      geometry: image.geometry)
  }

  /// The mask of an explained image on the pixels of the model's input.
  package init(_ mask: any ImageMask, of explanation: Explanation) {
    self.init(
      mask,
      original: ImageSize(height: explanation.image.height, width: explanation.image.width),
      size: explanation.inputSize, geometry: explanation.geometry)
  }

  private init(
    _ mask: any ImageMask, original: ImageSize, size: ImageSize, geometry: ImageGeometry
  ) {
    var values: [Bool] = []
    values.reserveCapacity(size.height * size.width)
    for y in 0..<size.height {
      for x in 0..<size.width {
        let (sourceX, sourceY) = geometry.source(
          x: Double(x) + 0.5, y: Double(y) + 0.5)
        let (column, row) = (sourceX.rounded(.down), sourceY.rounded(.down))
        values.append(
          column >= 0 && row >= 0 && column < Double(original.width)
            && row < Double(original.height)
            && mask.contains(x: Int(column), y: Int(row)))
      }
    }
    self.init(width: size.width, height: size.height, values: values)
  }
}

package import DataBlocks
import Foundation
package import Imaging
import Tensors

/// Maps that know nothing of the image: what a method has to beat before its numbers mean anything.
///
/// All are on the pixels of the model's input, so what the model does not see counts for none of them.
package enum BaselineMap {
  /// Random smooth noise: a grid of uniform numbers, interpolated bilinearly.
  ///
  /// - Parameters:
  ///   - size: Rows and columns of the input.
  ///   - cells: Numbers along each axis.
  ///   - seed: The seed; another one for each image.
  /// - Returns: The map, 0 to 1.
  package static func random(_ size: ImageSize, cells: Int = 7, seed: UInt64) -> ScalarImage {
    var random = RandomSource(seed: seed, 7)
    let noise = Tensor.random(shape: [1, 1, cells, cells]) { Float(random.uniform()) }
    let grid = MapGrid.even(size, rows: cells, columns: cells)
    return ScalarImage(
      width: size.width, height: size.height,
      values: grid.upsampled(noise, height: size.height, width: size.width).floatScalars)
  }

  /// A Gaussian in the middle, with a deviation of a quarter of each side.
  package static func centered(_ size: ImageSize) -> ScalarImage {
    func weights(_ count: Int) -> [Float] {
      (0..<count).map { place in
        let z = (Double(place) + 0.5 - Double(count) / 2) / (Double(count) / 4)
        return Float(exp(-z * z / 2))
      }
    }
    let (across, down) = (weights(size.width), weights(size.height))
    return ScalarImage(
      width: size.width, height: size.height, values: down.flatMap { y in across.map { y * $0 } })
  }
}

/// The mean of masks on the pixels of the model's input.
package struct MeanMask: Sendable {
  private var sums: [Float]
  /// The masks that were added.
  package private(set) var count = 0
  private let size: ImageSize

  /// Creates a mean of no mask.
  package init(_ size: ImageSize) {
    self.size = size
    sums = [Float](repeating: 0, count: size.height * size.width)
  }

  /// Adds a mask.
  package mutating func add(_ mask: PixelMask) {
    check(mask)
    for (place, isInside) in mask.values.enumerated() where isInside { sums[place] += 1 }
    count += 1
  }

  /// The mean as a map.
  ///
  /// - Parameter excluded: A mask that was added and is left out again, so that no image is compared with itself.
  /// - Returns: nil if no mask is left.
  package func map(without excluded: PixelMask? = nil) -> ScalarImage? {
    let number = count - (excluded == nil ? 0 : 1)
    guard number > 0 else { return nil }
    var values = sums
    if let excluded {
      check(excluded)
      for (place, isInside) in excluded.values.enumerated() where isInside { values[place] -= 1 }
    }
    return ScalarImage(
      width: size.width, height: size.height, values: values.map { $0 / Float(number) })
  }

  private func check(_ mask: PixelMask) {
    precondition(
      mask.width == size.width && mask.height == size.height,
      "a mask of \(mask.width) x \(mask.height) pixels in a mean of \(size.width) x \(size.height)"
    )
  }
}

import DataBlocks
import Tensors

/// What pytorch-grad-cam does with raw maps.
///
///     m = max(m, 0);   m = (m − min m) / (1e-7 + max (m − min m));   resized bilinearly to the input
///
/// and then, over several layers, the mean, scaled once more.
enum LibraryScaling {
  /// The map of one or several layers, `[height, width]`, with values of 0 to 1.
  static func finished(_ maps: [Tensor], _ size: ImageSize) -> Tensor {
    let parts = maps.map { map in
      scaled(map).reshaped(to: [1, 1] + map.shape).resized(to: Extent(size.height, size.width))
        .reshaped(to: [size.height, size.width])
    }
    let sum = parts.dropFirst().reduce(parts[0], +)
    return scaled(sum / Float(parts.count))
  }

  static func scaled(_ map: Tensor) -> Tensor {
    let positive = map.relu()
    let shifted = positive - positive.amin().item
    return shifted / (shifted.amax().item + 1e-7)
  }
}

import Foundation
import Tensors

/// What `RandomResizedCrop` and `RandomResizedCropGPU` draw: a share of the area and an aspect ratio.
struct RandomWindow {
  /// The smallest and the largest share of the area.
  let scales: (Double, Double)
  /// The smallest and the largest width per height.
  let ratio: [Double]

  /// The size of a window in an image; nil if none of ten draws fits, as in fastai.
  func drawSize(in size: ImageSize, _ random: inout RandomSource) -> ImageSize? {
    let area = Double(size.height * size.width)
    for _ in 0..<10 {
      let wanted = random.uniform(scales.0, scales.1) * area
      let aspect = exp(random.uniform(log(ratio[0]), log(ratio[1])))
      let w = Int((wanted * aspect).squareRoot().rounded(.toNearestOrEven))
      let h = Int((wanted / aspect).squareRoot().rounded(.toNearestOrEven))
      if w <= size.width, h <= size.height, w > 0, h > 0 {
        return ImageSize(height: h, width: w)
      }
    }
    return nil
  }
}

extension CheckedTransform {
  /// What is wrong with the arguments of a random window.
  func fault(_ window: RandomWindow, of size: ImageSize) -> String? {
    let (ratio, scales) = (window.ratio, window.scales)
    guard ratio.count == 2 else {
      return "ratio has \(ratio.count) numbers, but must have a smallest and a largest"
    }
    return fault("size.height", size.height, in: 1...8192)
      ?? fault("size.width", size.width, in: 1...8192)
      ?? fault("ratio[1]", ratio[1], in: 0.001...1000)
      ?? fault("ratio[0]", ratio[0], in: 0.001...ratio[1])
      ?? fault("maximumScale", scales.1, in: 0...1)
      ?? fault("minimumScale", scales.0, in: 0...scales.1)
  }
}

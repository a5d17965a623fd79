import Foundation
package import Imaging
package import Tensors

/// The score of a class while pixels are removed or inserted in the order of a map: deletion and insertion (Petsiuk et
/// al., arXiv:1806.07421).
///
/// Deletion replaces the highest pixels of the map by 0, the mean of the normalized input; a low area under the curve
/// says that the map finds what the model uses. Insertion starts from the blurred image and restores the highest
/// pixels; a high area is good. Pixels of equal value follow each other in the order of their positions. Scores are
/// probabilities.
package struct PerturbationCurve: Sendable, Equatable {
  /// The share of pixels that were changed, from 0 to 1.
  package let shares: [Double]
  /// The probability of the class at each share.
  package let scores: [Double]

  /// The area under the curve by the trapezoidal rule.
  package var area: Double {
    var area = 0.0
    for place in 1..<scores.count {
      area += (shares[place] - shares[place - 1]) * (scores[place] + scores[place - 1]) / 2
    }
    return area
  }

  /// Measures the curve of a map.
  ///
  /// - Parameters:
  ///   - explainer: Runs the model.
  ///   - classIndex: The class.
  ///   - start: The input that the curve starts from, `[1, channels, height, width]`.
  ///   - end: The input that it ends with.
  ///   - order: Positions of pixels, in the order in which they change from `start` to `end`.
  ///   - pixelsPerStep: Pixels between two scores.
  ///   - ends: The scores of `start` and `end`, if they are known.
  package init(
    _ explainer: Explainer, of classIndex: Int, from start: Tensor, to end: Tensor,
    order: [Int], pixelsPerStep: Int, ends: (start: Double, end: Double)? = nil
  ) {
    precondition(pixelsPerStep > 0, "\(pixelsPerStep) pixels per step")
    let (channels, pixels) = (start.shape[1], order.count)
    let final = end.detached.converted(to: .float32).floatScalars
    var counts = Array(stride(from: 0, to: pixels, by: pixelsPerStep)) + [pixels]
    shares = counts.map { Double($0) / Double(pixels) }
    if ends != nil { counts = Array(counts.dropFirst().dropLast()) }
    let found = explainer.probabilities(of: classIndex, count: counts.count, copiesOf: start) {
      number, values in
      for place in order[..<counts[number]] {
        for channel in 0..<channels {
          values[channel * pixels + place] = final[channel * pixels + place]
        }
      }
    }
    scores = ends.map { [$0.start] + found + [$0.end] } ?? found
  }

  /// The Gaussian blur that insertion starts from, with the values of the border repeated outside.
  ///
  /// - Parameters:
  ///   - input: `[1, channels, height, width]`.
  ///   - window: The side of the window, odd. Default: RISE's 11 pixels at 224, scaled to the size of the input.
  ///   - deviation: The standard deviation in pixels. Default: RISE's 5 pixels at 224, scaled.
  /// - Returns: The blurred input, of its shape.
  package static func blurred(
    _ input: Tensor, window: Int? = nil, deviation: Double? = nil
  ) -> Tensor {
    let (height, width) = (input.shape[2], input.shape[3])
    let scale = Double(height * width).squareRoot() / 224
    let radius = window.map { $0 / 2 } ?? max(1, Int((5 * scale).rounded()))
    let deviation = deviation ?? 5 * scale
    let raw = (-radius...radius).map { exp(-Double($0 * $0) / (2 * deviation * deviation)) }
    let sum = raw.reduce(0, +)
    let weights = raw.map { Float($0 / sum) }
    let source = input.detached.converted(to: .float32).floatScalars
    var across = [Float](repeating: 0, count: source.count)
    var result = across
    for row in 0..<(source.count / width) {
      for x in 0..<width {
        var value: Float = 0
        for k in -radius...radius {
          value += weights[k + radius] * source[row * width + min(max(x + k, 0), width - 1)]
        }
        across[row * width + x] = value
      }
    }
    for plane in 0..<(source.count / (height * width)) {
      for y in 0..<height {
        let row = (plane * height + y) * width
        for k in -radius...radius {
          let other = (plane * height + min(max(y + k, 0), height - 1)) * width
          let weight = weights[k + radius]
          for x in 0..<width { result[row + x] += weight * across[other + x] }
        }
      }
    }
    return Tensor(result, shape: input.shape)
  }
}

import Foundation
package import Tensors

/// Replaces random rectangles by noise: fastai's `RandomErasing` (Zhong et al., arXiv:1708.04896).
///
/// Runs after `Normalize`, so the noise has mean 0 and deviation 1 in the model's input. Rectangles are drawn
/// for each image; fastai erases the same ones in the whole batch.
public struct RandomErasing: CheckedTransform {
  /// The probability (`p`).
  package let probability: Double
  /// The smallest share of the area that one rectangle covers (`sl`).
  package let minimumArea: Double
  /// The largest share (`sh`).
  package let maximumArea: Double
  /// The smallest aspect ratio; the largest is its inverse (`min_aspect`).
  package let minimumAspect: Double
  /// The largest number of rectangles; they share the area (`max_count`).
  package let maximumCount: Int

  /// Creates the transform with fastai's defaults.
  public init(
    probability: Double = 0.5, minimumArea: Double = 0, maximumArea: Double = 0.3,
    minimumAspect: Double = 0.3, maximumCount: Int = 1
  ) {
    self.probability = probability
    self.minimumArea = minimumArea
    self.maximumArea = maximumArea
    self.minimumAspect = minimumAspect
    self.maximumCount = maximumCount
    check()
  }

  /// fastai's position, after normalization.
  public var order: Int { 100 }
  /// Not in validation.
  public var onlyIn: PipelineMode? { .training }
  /// Values only.
  public var effects: TransformEffects { .pixels }

  /// Draws rectangles and fills them.
  public func apply(to sample: inout Sample, _ context: inout TransformContext) {
    guard context.random.uniform() < probability else { return }
    let rectangles = self.rectangles(in: sample.size, &context.random)
    sample.updateValues { image in
      for r in rectangles {
        for c in 0..<image.channels {
          for y in r.rows {
            let start = (c * image.height + y) * image.width
            for x in r.columns { image.values[start + x] = Float(context.random.normal()) }
          }
        }
      }
    }
  }

  /// fastai's rule: each rectangle draws its share of `area / count`, its aspect ratio and its place.
  package func rectangles(
    in size: ImageSize, _ random: inout RandomSource
  ) -> [(rows: Range<Int>, columns: Range<Int>)] {
    let count = 1 + Int(random.next() % UInt64(maximumCount))
    let whole = Double(size.height * size.width) / Double(count)
    func range(_ area: Double, _ limit: Int) -> Range<Int> {
      let length = min(Int(area.squareRoot().rounded(.toNearestOrEven)), limit)
      let start = Int(random.next() % UInt64(limit - length + 1))
      return start..<(start + length)
    }
    return (0..<count).map { _ in
      let area = random.uniform(minimumArea, maximumArea) * whole
      let aspect = exp(random.uniform(log(minimumAspect), -log(minimumAspect)))
      return (range(area * aspect, size.height), range(area / aspect, size.width))
    }
  }

  var fault: String? {
    fault("probability", probability, in: 0...1) ?? fault("maximumArea", maximumArea, in: 0...1)
      ?? fault("minimumArea", minimumArea, in: 0...maximumArea)
      ?? fault("maximumCount", maximumCount, in: 1...1000)
      ?? fault("minimumAspect", minimumAspect, in: 0.001...1)
  }
}

import Foundation
import Tensors

/// Changes the saturation of RGB images: fastai's `Saturation`, a blend of the logits with their luma.
///
/// Gray images stay as they are.
public struct Saturation: CheckedTransform, LightingTransform {
  /// The largest change (`max_lighting`); 0.2 draws from 0.8 to 1.25, evenly in the logarithm.
  package let maximumChange: Double
  /// The probability (`p`).
  package let probability: Double
  /// One draw for all images of a batch (`batch`); nil: false.
  package let isPerBatch: Bool?

  /// Creates a change of saturation.
  ///
  /// - Parameters:
  ///   - maximumChange: The largest change (`max_lighting`).
  ///   - probability: The probability (`p`).
  ///   - isPerBatch: One draw for all images of a batch (`batch`).
  public init(maximumChange: Double = 0.2, probability: Double = 0.75, isPerBatch: Bool = false) {
    self.maximumChange = maximumChange
    self.probability = probability
    self.isPerBatch = isPerBatch ? true : nil
    check()
  }

  /// Draws a saturation.
  public func lighting(_ context: inout TransformContext) -> LogitMap? {
    context.draw(isPerBatch: isPerBatch == true) { random in
      let saturation = exp(random.uniform(log(1 - maximumChange), -log(1 - maximumChange)))
      return random.uniform() < probability ? Saturation.map(saturation) : nil
    }
  }

  package static func map(_ saturation: Double) -> LogitMap {
    LogitMap(factor: saturation, gray: 1 - saturation)
  }

  var fault: String? {
    fault("maximumChange", maximumChange, in: 0..<1)
      ?? fault("probability", probability, in: 0...1)
  }
}

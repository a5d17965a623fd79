import Foundation
import Tensors

/// Changes contrast: fastai's `Contrast`, a factor of the logits.
public struct Contrast: CheckedTransform, LightingTransform {
  /// The largest change (`max_lighting`); 0.2 draws from 0.8 to 1.25, evenly in the logarithm.
  package let maximumChange: Double
  /// The probability (`p`).
  package let probability: Double

  /// Creates a change of contrast.
  public init(maximumChange: Double = 0.2, probability: Double = 0.75) {
    self.maximumChange = maximumChange
    self.probability = probability
    check()
  }

  /// Draws a factor.
  public func lighting(_ context: inout TransformContext) -> LogitMap? {
    let factor = exp(context.random.uniform(log(1 - maximumChange), -log(1 - maximumChange)))
    return context.random.uniform() < probability ? LogitMap(factor: factor) : nil
  }

  var fault: String? {
    fault("maximumChange", maximumChange, in: 0..<1)
      ?? fault("probability", probability, in: 0...1)
  }
}

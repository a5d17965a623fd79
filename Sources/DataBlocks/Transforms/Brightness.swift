import Foundation
import Tensors

/// Changes brightness: fastai's `Brightness`, a shift of the logits.
public struct Brightness: CheckedTransform, LightingTransform {
  /// The largest change (`max_lighting`); 0.2 draws from 0.4 to 0.6, where 0.5 changes nothing.
  package let maximumChange: Double
  /// The probability (`p`).
  package let probability: Double
  /// One draw for all images of a batch (`batch`); nil: false.
  package let isPerBatch: Bool?

  /// Creates a change of brightness.
  ///
  /// - Parameters:
  ///   - maximumChange: The largest change (`max_lighting`).
  ///   - probability: The probability (`p`).
  ///   - isPerBatch: One draw for all images of a batch (`batch`).
  public init(maximumChange: Double = 0.2, probability: Double = 0.75, isPerBatch: Bool = false) {
    self.isPerBatch = isPerBatch ? true : nil
    self.maximumChange = maximumChange
    self.probability = probability
    check()
  }

  /// Draws a brightness.
  public func lighting(_ context: inout TransformContext) -> LogitMap? {
    context.draw(isPerBatch: isPerBatch == true) { random in
      let value = random.uniform(0.5 * (1 - maximumChange), 0.5 * (1 + maximumChange))
      return random.uniform() < probability ? Brightness.map(value) : nil
    }
  }

  package static func map(_ brightness: Double) -> LogitMap {
    LogitMap(shift: log(brightness / (1 - brightness)))
  }

  var fault: String? {
    fault("maximumChange", maximumChange, in: 0..<1)
      ?? fault("probability", probability, in: 0...1)
  }
}

import Foundation
import Tensors

/// Changes brightness: fastai's `Brightness`, a shift of the logits.
public struct Brightness: CheckedTransform, LightingTransform {
  /// The largest change (`max_lighting`); 0.2 draws from 0.4 to 0.6, where 0.5 changes nothing.
  package let maximumChange: Double
  /// The probability (`p`).
  package let probability: Double

  /// Creates a change of brightness.
  public init(maximumChange: Double = 0.2, probability: Double = 0.75) {
    self.maximumChange = maximumChange
    self.probability = probability
    check()
  }

  /// Draws a brightness.
  public func lighting(_ context: inout TransformContext) -> LogitMap? {
    let value = context.random.uniform(0.5 * (1 - maximumChange), 0.5 * (1 + maximumChange))
    return context.random.uniform() < probability ? Brightness.map(value) : nil
  }

  package static func map(_ brightness: Double) -> LogitMap {
    LogitMap(shift: log(brightness / (1 - brightness)))
  }

  var fault: String? {
    fault("maximumChange", maximumChange, in: 0..<1)
      ?? fault("probability", probability, in: 0...1)
  }
}

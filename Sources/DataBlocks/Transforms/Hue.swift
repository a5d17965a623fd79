import Foundation
import Tensors

/// Turns the hue of RGB images: fastai's `Hue`.
///
/// Gray images stay as they are.
public struct Hue: CheckedTransform {
  /// The largest change (`max_hue`): 0.1 turns by up to a tenth of the circle, either way.
  package let maximumChange: Double
  /// The probability (`p`).
  package let probability: Double
  /// One draw for all images of a batch (`batch`); nil: false.
  package let isPerBatch: Bool?

  /// Creates a change of hue.
  ///
  /// - Parameters:
  ///   - maximumChange: The largest change (`max_hue`).
  ///   - probability: The probability (`p`).
  ///   - isPerBatch: One draw for all images of a batch (`batch`).
  public init(maximumChange: Double = 0.1, probability: Double = 0.75, isPerBatch: Bool = false) {
    self.maximumChange = maximumChange
    self.probability = probability
    self.isPerBatch = isPerBatch ? true : nil
    check()
  }

  /// fastai's position of color transforms.
  public var order: Int { 40 }
  /// Random changes are for training.
  public var onlyIn: PipelineMode? { .training }
  /// Values only.
  public var effects: TransformEffects { .pixels }

  /// Draws a change and turns the hue.
  public func apply(to sample: inout Sample, _ context: inout TransformContext) {
    guard sample.channels == 3 else { return }
    // fastai adds the factor `exp(u)` itself, whose integer part is a whole turn.
    let turns = context.draw(isPerBatch: isPerBatch == true) { random -> Double? in
      let factor = exp(random.uniform(log(1 - maximumChange), -log(1 - maximumChange)))
      return random.uniform() < probability ? factor : nil
    }
    if let turns { sample.updateValues { $0.shiftHue(turns) } }
  }

  var fault: String? {
    fault("maximumChange", maximumChange, in: 0..<1)
      ?? fault("probability", probability, in: 0...1)
  }
}

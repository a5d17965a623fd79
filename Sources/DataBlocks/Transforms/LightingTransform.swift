import Tensors

/// A transform that only changes brightness or contrast.
///
/// The pipeline composes neighbors into one pass over the pixels, as fastai's `LightingTfm` does:
/// logit, all changes, sigmoid. Values outside of 0...1 saturate.
public protocol LightingTransform: Transform {
  /// The change of one image's logits; nil: none this time.
  func lighting(_ context: inout TransformContext) -> LogitMap?
}

extension LightingTransform {
  /// fastai's position of lighting transforms.
  public var order: Int { 40 }
  /// Random changes are for training.
  public var onlyIn: PipelineMode? { .training }
  /// Values only.
  public var effects: TransformEffects { .pixels }

  /// Applies this change alone.
  public func apply(to sample: inout Sample, _ context: inout TransformContext) throws {
    if let map = lighting(&context) { map.apply(to: &sample) }
  }
}

/// A change of logits: `(logit + shift) · factor`.
public struct LogitMap: Sendable, Equatable {
  /// Added to the logit.
  public var shift: Double
  /// Multiplies the sum.
  public var factor: Double

  /// Creates a change; `factor` is not 0.
  public init(shift: Double = 0, factor: Double = 1) {
    precondition(factor != 0, "a factor of 0 maps every value to one half")
    self.shift = shift
    self.factor = factor
  }

  /// This change and then another.
  package func then(_ next: LogitMap) -> LogitMap {
    LogitMap(shift: shift + next.shift / factor, factor: factor * next.factor)
  }

  package func apply(to sample: inout Sample) {
    sample.updateValues { $0.light(shift: shift, factor: factor) }
  }
}

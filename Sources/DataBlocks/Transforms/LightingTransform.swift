import Tensors

/// A transform that only changes brightness, contrast or saturation.
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

/// A change of logits: `(logit + shift) · factor`, and for RGB images their luma times `gray` added.
public struct LogitMap: Sendable, Equatable {
  /// Added to the logit.
  public var shift: Double
  /// Multiplies the sum.
  public var factor: Double
  /// Multiplies the luma of the sums, 0.2989 red + 0.587 green + 0.114 blue; gray images take it as part of the factor.
  public var gray: Double

  /// The sum of the weights of red, green and blue, as fastai has them.
  private static let lumaSum = 0.2989 + 0.587 + 0.114

  /// Creates a change; `factor` is not 0.
  public init(shift: Double = 0, factor: Double = 1, gray: Double = 0) {
    precondition(factor != 0, "a factor of 0 maps every value to one half")
    self.shift = shift
    self.factor = factor
    self.gray = gray
  }

  /// This change and then another.
  package func then(_ next: LogitMap) -> LogitMap {
    guard gray != 0 || next.gray != 0 else {
      return LogitMap(shift: shift + next.shift / factor, factor: factor * next.factor)
    }
    // Both are of the form a I + b 1 wT, with w1 the sum of the weights.
    let sum = Self.lumaSum
    return LogitMap(
      shift: shift + next.shift / (factor + gray * sum), factor: factor * next.factor,
      gray: next.factor * gray + next.gray * factor + next.gray * gray * sum)
  }

  package func apply(to sample: inout Sample) {
    sample.updateValues { $0.light(shift: shift, factor: factor, gray: gray) }
  }
}

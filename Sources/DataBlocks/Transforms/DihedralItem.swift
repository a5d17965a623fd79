import Imaging
import Tensors

/// Mirrors an image left and right before it is resized: fastai's `FlipItem`.
public struct FlipItem: CheckedTransform {
  /// The probability (`p`).
  package let probability: Double

  /// Creates a flip.
  public init(probability: Double = 0.5) {
    self.probability = probability
    check()
  }

  /// fastai's position, before `Resize`.
  public var order: Int { 0 }
  /// Not in validation.
  public var onlyIn: PipelineMode? { .training }
  /// Masks and boxes follow the geometry.
  public var effects: TransformEffects { [.pixels, .geometry] }

  /// Draws whether to flip.
  public func apply(to sample: inout Sample, _ context: inout TransformContext) {
    if context.random.uniform() < probability { sample.apply(SquareSymmetry(number: 1)) }
  }

  var fault: String? { fault("probability", probability, in: 0...1) }
}

/// One of the eight symmetries of the square, before the image is resized: fastai's `DihedralItem`.
public struct DihedralItem: CheckedTransform {
  /// The probability of drawing a symmetry, the identity included (`p`).
  package let probability: Double

  /// Creates a transform.
  public init(probability: Double = 0.5) {
    self.probability = probability
    check()
  }

  /// fastai's position, before `Resize`.
  public var order: Int { 0 }
  /// Not in validation.
  public var onlyIn: PipelineMode? { .training }
  /// Masks and boxes follow the geometry.
  public var effects: TransformEffects { [.pixels, .geometry] }
  /// Rows and columns may be exchanged, but in validation nothing happens.
  public func outputSize(of size: ImageSize?) -> ImageSize? {
    size.flatMap { $0.height == $0.width ? $0 : nil }
  }

  /// Draws a symmetry.
  public func apply(to sample: inout Sample, _ context: inout TransformContext) {
    let isWanted = context.random.uniform() < probability
    let number = Int(context.random.next() % 8)
    if isWanted { sample.apply(SquareSymmetry(number: number)) }
  }

  var fault: String? { fault("probability", probability, in: 0...1) }
}

extension Sample {
  /// Turns or mirrors the image by whole pixels.
  mutating func apply(_ symmetry: SquareSymmetry) {
    guard symmetry != .identity else { return }
    let (height, width) = (size.height, size.width)
    if is8Bit {
      image = image.turned(by: symmetry)
    } else {
      updateValues { planes in planes = planes.mapped { $0.turned(by: symmetry) } }
    }
    geometry = geometry.then(symmetry.geometry(height: height, width: width))
  }
}

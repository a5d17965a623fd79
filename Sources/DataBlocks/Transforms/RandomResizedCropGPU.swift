import Imaging
import Tensors

/// One random window per batch, resampled to a fixed size: fastai's `RandomResizedCropGPU`.
///
/// In validation the center: the whole image, or as much as `ratio` and `validScale` allow.
public struct RandomResizedCropGPU: CheckedTransform {
  /// Rows and columns of the result (`size`).
  package let size: ImageSize
  /// The smallest share of the area (`min_scale`).
  package let minimumScale: Double
  /// The largest share of the area (`max_scale`).
  package let maximumScale: Double
  /// The smallest and the largest width per height (`ratio`).
  package let ratio: [Double]
  /// The share of height and width that the window of validation covers (`valid_scale`).
  package let validScale: Double

  /// Creates a square crop with fastai's defaults.
  public init(
    _ size: Int, minimumScale: Double = 0.08, maximumScale: Double = 1,
    ratio: (Double, Double) = (3.0 / 4, 4.0 / 3), validScale: Double = 1
  ) {
    self.init(
      ImageSize(height: size, width: size), minimumScale: minimumScale, maximumScale: maximumScale,
      ratio: ratio, validScale: validScale)
  }

  /// Creates a crop with fastai's defaults.
  ///
  /// - Parameters:
  ///   - size: Rows and columns of the result (`size`).
  ///   - minimumScale: The smallest share of the area (`min_scale`).
  ///   - maximumScale: The largest share of the area (`max_scale`).
  ///   - ratio: The smallest and the largest width per height (`ratio`).
  ///   - validScale: The share of height and width that the window of validation covers (`valid_scale`).
  public init(
    _ size: ImageSize, minimumScale: Double = 0.08, maximumScale: Double = 1,
    ratio: (Double, Double) = (3.0 / 4, 4.0 / 3), validScale: Double = 1
  ) {
    self.size = size
    self.minimumScale = minimumScale
    self.maximumScale = maximumScale
    self.ratio = [ratio.0, ratio.1]
    self.validScale = validScale
    check()
  }

  /// Before affine transforms.
  public var order: Int { 29 }
  /// Masks and boxes follow the geometry.
  public var effects: TransformEffects { [.pixels, .geometry] }
  /// `size`.
  public func outputSize(of _: ImageSize?) -> ImageSize? { size }

  /// Cuts the window out and resamples it.
  public func apply(to sample: inout Sample, _ context: inout TransformContext) {
    let input = sample.size
    let window =
      context.mode == .training
      ? randomWindow(in: input, &context.batchRandom) : centerWindow(in: input, validScale)
    sample.resample(to: size, affine: CoordinateMap.identity, part: window)
  }

  func randomWindow(in size: ImageSize, _ random: inout RandomSource) -> PixelWindow {
    if let part = drawn.drawSize(in: size, &random) {
      let top = Int(random.next() % UInt64(size.height - part.height + 1))
      let left = Int(random.next() % UInt64(size.width - part.width + 1))
      return PixelWindow(x: left, y: top, width: part.width, height: part.height)
    }
    return centerWindow(in: size)
  }

  func centerWindow(in size: ImageSize, _ scale: Double = 1) -> PixelWindow {
    let aspect = Double(size.width) / Double(size.height)
    var (h, w) = (size.height, size.width)
    if aspect < ratio[0] { h = Int((Double(w) / ratio[0]).rounded(.toNearestOrEven)) }
    if aspect > ratio[1] { w = Int((Double(h) * ratio[1]).rounded(.toNearestOrEven)) }
    (h, w) = (max(1, Int(Double(h) * scale)), max(1, Int(Double(w) * scale)))
    return PixelWindow(x: (size.width - w) / 2, y: (size.height - h) / 2, width: w, height: h)
  }

  private var drawn: RandomWindow {
    RandomWindow(scales: (minimumScale, maximumScale), ratio: ratio)
  }

  var fault: String? {
    fault(drawn, of: size) ?? fault("validScale", validScale, in: 0...1)
  }

  private enum CodingKeys: String, CodingKey {
    case size, minimumScale, maximumScale, ratio, validScale
  }

  /// Decodes settings; a square size is one number.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    if let side = try? fields.decode(Int.self, forKey: .size) {
      size = ImageSize(height: side, width: side)
    } else {
      size = try fields.decode(ImageSize.self, forKey: .size)
    }
    minimumScale = try fields.decode(Double.self, forKey: .minimumScale)
    maximumScale = try fields.decode(Double.self, forKey: .maximumScale)
    ratio = try fields.decode([Double].self, forKey: .ratio)
    validScale = try fields.decode(Double.self, forKey: .validScale)
  }

  /// Encodes the settings.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    if size.height == size.width {
      try fields.encode(size.height, forKey: .size)
    } else {
      try fields.encode(size, forKey: .size)
    }
    try fields.encode(minimumScale, forKey: .minimumScale)
    try fields.encode(maximumScale, forKey: .maximumScale)
    try fields.encode(ratio, forKey: .ratio)
    try fields.encode(validScale, forKey: .validScale)
  }
}

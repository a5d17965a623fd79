import Foundation
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
    sample.resample(
      to: size, affine: CoordinateMap.identity,
      part: PixelWindow(
        x: window.left, y: window.top, width: window.width, height: window.height))
  }

  /// A window of an image, in pixels.
  struct Window: Equatable { var top, left, height, width: Int }

  func randomWindow(in size: ImageSize, _ random: inout RandomSource) -> Window {
    let area = Double(size.height * size.width)
    for _ in 0..<10 {
      let wanted = random.uniform(minimumScale, maximumScale) * area
      let aspect = exp(random.uniform(log(ratio[0]), log(ratio[1])))
      let w = Int((wanted * aspect).squareRoot().rounded(.toNearestOrEven))
      let h = Int((wanted / aspect).squareRoot().rounded(.toNearestOrEven))
      guard w <= size.width, h <= size.height, w > 0, h > 0 else { continue }
      let top = Int(random.next() % UInt64(size.height - h + 1))
      let left = Int(random.next() % UInt64(size.width - w + 1))
      return Window(top: top, left: left, height: h, width: w)
    }
    return centerWindow(in: size)
  }

  func centerWindow(in size: ImageSize, _ scale: Double = 1) -> Window {
    let aspect = Double(size.width) / Double(size.height)
    var (h, w) = (size.height, size.width)
    if aspect < ratio[0] { h = Int((Double(w) / ratio[0]).rounded(.toNearestOrEven)) }
    if aspect > ratio[1] { w = Int((Double(h) * ratio[1]).rounded(.toNearestOrEven)) }
    (h, w) = (max(1, Int(Double(h) * scale)), max(1, Int(Double(w) * scale)))
    return Window(top: (size.height - h) / 2, left: (size.width - w) / 2, height: h, width: w)
  }

  var fault: String? {
    guard ratio.count == 2 else {
      return "ratio has \(ratio.count) numbers, but must have a smallest and a largest"
    }
    return fault("size.height", size.height, in: 1...8192)
      ?? fault("size.width", size.width, in: 1...8192)
      ?? fault("ratio[1]", ratio[1], in: 0.001...1000)
      ?? fault("ratio[0]", ratio[0], in: 0.001...ratio[1])
      ?? fault("maximumScale", maximumScale, in: 0...1)
      ?? fault("minimumScale", minimumScale, in: 0...maximumScale)
      ?? fault("validScale", validScale, in: 0...1)
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

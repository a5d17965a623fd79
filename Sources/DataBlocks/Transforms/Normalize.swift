import Tensors

/// Subtracts a mean and divides by a standard deviation, per channel: fastai's `Normalize.from_stats`.
///
/// A grayscale image becomes as many channels as there are means, so that networks for RGB take it. The numbers are
/// given, ImageNet's, or measured on the training items (`measured`).
public struct Normalize: CheckedTransform {
  /// One mean per channel of the model's input (`mean`).
  package let mean: [Float]
  /// One standard deviation per channel (`std`).
  package let standardDeviation: [Float]
  /// Channels whose numbers have not been measured yet; nil: the numbers are known.
  package let unmeasuredChannels: Int?

  /// Creates a normalization.
  ///
  /// - Precondition: As many means as deviations, at least one; no deviation is 0 or less.
  public init(mean: [Float], standardDeviation: [Float]) {
    self.mean = mean
    self.standardDeviation = standardDeviation
    unmeasuredChannels = nil
    check()
  }

  private init(unmeasuredChannels: Int) {
    (mean, standardDeviation) = ([], [])
    self.unmeasuredChannels = unmeasuredChannels
    check()
  }

  /// Mean and deviation of the training items, which `DataLoaders` measures in one pass: fastai's `Normalize()`.
  ///
  /// The pipeline of the loaders, and so that of the run, has the numbers. Random transforms do not run, unlike in fastai,
  /// which takes one augmented batch.
  ///
  /// - Parameter channels: Channels of the model's input; grayscale images have the same numbers in each.
  /// - Returns: The transform, whose numbers are not known yet.
  public static func measured(channels: Int = 3) -> Normalize {
    Normalize(unmeasuredChannels: channels)
  }

  private enum CodingKeys: String, CodingKey {
    case mean, standardDeviation
    case unmeasuredChannels = "measuredChannels"
  }

  /// Decodes settings; they have numbers, or the channels to measure.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    unmeasuredChannels = try fields.decodeIfPresent(Int.self, forKey: .unmeasuredChannels)
    if unmeasuredChannels == nil {
      mean = try fields.decode([Float].self, forKey: .mean)
      standardDeviation = try fields.decode([Float].self, forKey: .standardDeviation)
    } else {
      mean = try fields.decodeIfPresent([Float].self, forKey: .mean) ?? []
      standardDeviation =
        try fields.decodeIfPresent([Float].self, forKey: .standardDeviation) ?? []
    }
  }

  /// The statistics of ImageNet (`imagenet_stats`).
  public static let imageNet = Normalize(
    mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])

  /// The statistics of CIFAR-10 (`cifar_stats`).
  public static let cifar = Normalize(
    mean: [0.491, 0.482, 0.447], standardDeviation: [0.247, 0.243, 0.261])

  /// The statistics of MNIST, one channel (`mnist_stats`).
  public static let mnist = Normalize(mean: [0.131], standardDeviation: [0.308])

  /// fastai's position.
  public var order: Int { 99 }
  /// Values only.
  public var effects: TransformEffects { .pixels }
  /// As many as there are means.
  public func outputChannels(of _: Int?) -> Int? { unmeasuredChannels ?? mean.count }

  /// Normalizes in memory; a pipeline that ends with it normalizes into the batch instead.
  public func apply(to sample: inout Sample, _ context: inout TransformContext) throws {
    try check(sample)
    sample.updateValues { image in
      let plane = image.height * image.width
      var values: [Float] = []
      values.reserveCapacity(mean.count * plane)
      for c in mean.indices {
        let start = image.channels == 1 ? 0 : c * plane
        let (mean, factor) = (mean[c], 1 / standardDeviation[c])
        values += image.values[start..<(start + plane)].lazy.map { ($0 - mean) * factor }
      }
      image = ImagePlanes(
        channels: mean.count, height: image.height, width: image.width, values: values)
    }
  }

  func check(_ sample: Sample) throws(DataError) {
    guard unmeasuredChannels == nil else { throw DataError(.notMeasured) }
    guard sample.channels == 1 || sample.channels == mean.count else {
      throw DataError(.channels(sample.channels, expected: mean.count))
    }
  }

  private static let maximumChannels = 1024
  /// Outside, the reciprocal or the values of the input are not finite numbers any more.
  private static let deviations: ClosedRange<Float> = 1e-9...1e9

  var fault: String? {
    if let unmeasuredChannels {
      guard mean.isEmpty, standardDeviation.isEmpty else {
        return "measuredChannels is \(unmeasuredChannels), but mean and standardDeviation are known"
      }
      return fault("measuredChannels", unmeasuredChannels, in: 1...Self.maximumChannels)
    }
    guard (1...Self.maximumChannels).contains(mean.count) else {
      return "mean has \(mean.count) numbers, but must have 1 to \(Self.maximumChannels)"
    }
    guard mean.count == standardDeviation.count else {
      return "standardDeviation has \(standardDeviation.count) numbers, but mean has \(mean.count)"
    }
    if let index = mean.firstIndex(where: { !(abs($0) <= 1e9) }) {
      return "mean[\(index)] is \(mean[index]), but must be -1e9 to 1e9"
    }
    if let index = standardDeviation.firstIndex(where: { !Self.deviations.contains($0) }) {
      return "standardDeviation[\(index)] is \(standardDeviation[index]), but must be 1e-9 to 1e9"
    }
    return nil
  }
}

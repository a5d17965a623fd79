public import Tensors

/// The process-wide settings of a run: threads, precision, convolution algorithm.
public struct ComputeSettings: Sendable, Equatable, Codable {
  /// Threads of operations; nil: all cores.
  public var threads: Int?
  /// Threads that read and transform images; 0: the calling thread; nil: all cores.
  public var workers: Int?
  /// The precision of convolutions.
  public var precision: Compute.Precision
  /// The algorithm of convolutions; nil: `.fastest`, and `.direct` for the inference of few images.
  public var convolution: Compute.ConvolutionAlgorithm?

  /// Creates settings.
  public init(
    threads: Int? = nil, workers: Int? = nil, precision: Compute.Precision = .float32,
    convolution: Compute.ConvolutionAlgorithm? = nil
  ) {
    self.threads = threads
    self.workers = workers
    self.precision = precision
    self.convolution = convolution
  }

  /// Preparing Winograd's filters takes as long as it saves on some eighty images of a ResNet-50.
  private static let fewImages = 80

  /// Applies the settings to this process.
  ///
  /// - Parameter imageCount: The number of images to predict; nil: many.
  /// - Throws: `UnsupportedPrecision`.
  public func apply(imageCount: Int? = nil) throws(UnsupportedPrecision) {
    if let threads { Compute.threads = threads }
    let isFew = imageCount.map { $0 < Self.fewImages } ?? false
    Compute.convolution = convolution ?? (isFew ? .direct : .fastest)
    try Compute.use(precision)
  }
}

public import DataBlocks
public import Imaging
package import Settings

/// From a file to the model's input, without what is random.
public struct ImageSettings: Sendable, Equatable {
  /// Rows and columns of the model's input.
  public var size = ImageSize(height: 224, width: 224)
  /// How the aspect ratio changes.
  public var method = ResizeMethod.crop
  /// What fills the margins of `.pad` (`pad_mode`).
  public var padMode = PadMode.reflection
  /// The intensity window of grayscale DICOM files.
  public var intensity = DICOMIntensity.automatic
  /// How many gray levels are read of files that have more than 8 bits.
  public var depth = ImageDepth.file
  /// What is read of a DICOM file with several frames.
  public var frames = FrameChoice.refuse
  /// Channels of the model's input: 3, 1 for gray, or as many as `intensity` has (`n_in`).
  public var channels = 3
  /// Where mean and deviation are from that are not given.
  public var statistics = ImageStatistics.imageNet
  /// One mean per channel; nil: as `statistics` says.
  public var mean: [Double]?
  /// One standard deviation per channel; nil: as `statistics` says (`std`).
  public var standardDeviation: [Double]?

  /// Creates the defaults.
  public init() {}

  /// The mean over ImageNet's three channels, for gray images.
  private static func gray(_ channels: Int) -> Normalize {
    Normalize(
      mean: [Float](repeating: 0.449, count: channels),
      standardDeviation: [Float](repeating: 0.226, count: channels))
  }

  /// The last transform.
  var normalize: Normalize {
    let usual = channels == 3 ? .imageNet : Self.gray(channels)
    guard mean != nil || standardDeviation != nil else {
      return statistics == .measured ? .measured(channels: channels) : usual
    }
    return Normalize(
      mean: mean?.map(Float.init) ?? usual.mean,
      standardDeviation: standardDeviation?.map(Float.init) ?? usual.standardDeviation)
  }
}

/// Where the mean and the deviation of the images are from.
public enum ImageStatistics: String, Sendable, CaseIterable {
  /// ImageNet's (`imagenet_stats`).
  case imageNet = "imagenet"
  /// Measured on the training part, in one pass.
  case measured
}

extension ImageStatistics: SettingsEnum {}
extension ImageDepth: SettingsEnum {}

extension ImageSettings {
  /// The settings with the numbers that were measured for a pipeline.
  func fitted(to pipeline: Pipeline) -> ImageSettings {
    var settings = self
    guard statistics == .measured, mean == nil, standardDeviation == nil,
      let found = pipeline.transforms.lazy.compactMap({ $0 as? Normalize }).first
    else { return settings }
    settings.mean = found.mean.map { Double($0) }
    settings.standardDeviation = found.standardDeviation.map { Double($0) }
    return settings
  }

  /// The settings with what they leave open taken from those of a run.
  func completed(from run: ImageSettings) -> ImageSettings {
    var settings = self
    if statistics == .measured, run.statistics == .measured, mean == nil, standardDeviation == nil {
      (settings.mean, settings.standardDeviation) = (run.mean, run.standardDeviation)
    }
    return settings
  }
}

extension ImageSettings: SettingsGroup {
  package static let fields: [SettingsField<Self>] = [
    SettingsField(
      "size", \.size,
      .imageSize, "Rows and columns of the model's input: one number, or [rows, columns].",
      aliases: ["image_size", "img_size"]),
    SettingsField(
      "method", \.method,
      "Resize: crop to the aspect ratio, pad, or squish.", aliases: ["resize", "resize_method"]),
    SettingsField("pad_mode", \.padMode, "What fills the margins of \"pad\"."),
    SettingsField(
      "intensity", \.intensity,
      "The intensity of DICOM files: \(DICOMIntensity.grammar).", aliases: ["window"]),
    SettingsField(
      "depth", \.depth,
      "Gray levels of DICOM and PNG files of more than 8 bits: those of the file, or 8bit.",
      aliases: ["bits"]),
    SettingsField(
      "frames", \.frames,
      "Of a DICOM file with several frames: first, all (each one is an image), or refuse."),
    SettingsField(
      "channels", \.channels, .within(1, DICOMIntensity.channelLimit),
      "Channels of the model's input: 3, 1, or as many as intensity has; weights for RGB are adapted.",
      aliases: ["n_in", "in_chans"]),
    SettingsField(
      "statistics", \.statistics,
      "Where mean and std are from that are not given: imagenet, or measured on the training part.",
      aliases: ["stats", "normalize"]),
    SettingsField(
      "mean", \.mean, .each(.within(-1e9, 1e9), count: 1...DICOMIntensity.channelLimit),
      "The mean of each channel.", unset: "as statistics says"),
    SettingsField(
      "std", \.standardDeviation,
      .each(.within(1e-6, 1e9), count: 1...DICOMIntensity.channelLimit),
      "The standard deviation of each channel.", unset: "as statistics says"),
  ]
}

extension ResizeMethod: SettingsEnum {}
extension PadMode: SettingsEnum {}
extension FrameChoice: SettingsEnum {}

extension DICOMIntensity: SettingsValue {
  package static var words: String { "an intensity window" }
  package init?(_ node: TOMLNode) {
    guard let text = String(node), let intensity = try? DICOMIntensity(text) else { return nil }
    self = intensity
  }
  package var toml: TOMLValue? { .text(text) }
}

extension ImageSize: SettingsValue {
  package static var words: String { "a whole number or two" }
  package init?(_ node: TOMLNode) {
    if let side = Int(node) {
      self.init(height: side, width: side)
    } else if let sides = [Int](node), sides.count == 2 {
      self.init(height: sides[0], width: sides[1])
    } else {
      return nil
    }
  }
  package var toml: TOMLValue? { height == width ? height.toml : [height, width].toml }
}

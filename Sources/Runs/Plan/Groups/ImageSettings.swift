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
  /// What is read of a DICOM file with several frames.
  public var frames = FrameChoice.refuse
  /// Channels of the model's input: 3, or 1 for gray (`n_in`).
  public var channels = 3
  /// One mean per channel; nil: ImageNet's.
  public var mean: [Double]?
  /// One standard deviation per channel; nil: ImageNet's (`std`).
  public var standardDeviation: [Double]?

  /// Creates the defaults.
  public init() {}

  /// The mean over ImageNet's three channels, for gray images.
  private static let gray = Normalize(mean: [0.449], standardDeviation: [0.226])

  /// The last transform.
  var normalize: Normalize {
    let usual = channels == 1 ? Self.gray : .imageNet
    guard mean != nil || standardDeviation != nil else { return usual }
    return Normalize(
      mean: mean?.map(Float.init) ?? usual.mean,
      standardDeviation: standardDeviation?.map(Float.init) ?? usual.standardDeviation)
  }
}

extension ImageSettings: SettingsGroup {
  package static let fields: [SettingsField<Self>] = [
    SettingsField(
      "size", \.size,
      Allowed("8 to 4096") {
        (8...4096).contains($0.height) && (8...4096).contains($0.width)
      }, "Rows and columns of the model's input: one number, or [rows, columns].",
      aliases: ["image_size", "img_size"]),
    SettingsField(
      "method", \.method,
      "Resize: crop to the aspect ratio, pad, or squish.", aliases: ["resize", "resize_method"]),
    SettingsField("pad_mode", \.padMode, "What fills the margins of \"pad\"."),
    SettingsField(
      "intensity", \.intensity,
      "The intensity window of DICOM files: auto, minmax, stored, voi:INDEX, range:LOWER,UPPER, "
        + "percentile:LOWER,UPPER, window:CENTER,WIDTH, or \(DICOMIntensity.windowNames).",
      aliases: ["window"]),
    SettingsField(
      "frames", \.frames,
      "Of a DICOM file with several frames: first, all (each one is an image), or refuse."),
    SettingsField(
      "channels", \.channels, Allowed("1 or 3") { $0 == 1 || $0 == 3 },
      "Channels of the model's input; weights for RGB are adapted.", aliases: ["n_in", "in_chans"]),
    SettingsField(
      "mean", \.mean, .each(.within(-1e9, 1e9), count: 1...3), "The mean of each channel.",
      unset: "ImageNet's"),
    SettingsField(
      "std", \.standardDeviation, .each(.within(1e-6, 1e9), count: 1...3),
      "The standard deviation of each channel.", unset: "ImageNet's"),
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

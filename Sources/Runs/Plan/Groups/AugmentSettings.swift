public import DataBlocks
public import Imaging
package import Settings

/// The random transforms of training: the arguments of `augTransforms`, with small defaults for medical images.
public struct AugmentSettings: Sendable, Equatable {
  /// False: no random transforms, whatever the other settings say.
  public var isEnabled = true
  /// Multiplies rotation, lighting and warp (`mult`).
  public var mult = 1.0
  /// Mirror left and right (`do_flip`); laterality matters in medical images.
  public var doFlip = false
  /// With `doFlip`: any of the eight symmetries of the square (`flip_vert`).
  public var flipVert = false
  /// The largest rotation in degrees, either way (`max_rotate`).
  public var maxRotate = 10.0
  /// The smallest zoom (`min_zoom`).
  public var minZoom = 1.0
  /// The largest zoom (`max_zoom`).
  public var maxZoom = 1.1
  /// The largest change of brightness and contrast (`max_lighting`).
  public var maxLighting = 0.2
  /// The largest perspective displacement (`max_warp`).
  public var maxWarp = 0.1
  /// The probability of rotation, zoom and warp each (`p_affine`).
  public var pAffine = 0.75
  /// The probability of brightness and contrast each (`p_lighting`).
  public var pLighting = 0.75
  /// Whether one draw is for all images of a batch (`batch`).
  public var isPerBatch = false
  /// The largest change of saturation of color images (`Saturation`).
  public var maxSaturation = 0.0
  /// The largest change of hue of color images (`Hue`).
  public var maxHue = 0.0
  /// Bilinear, or the nearest pixel (`mode`).
  public var mode = Resampling.bilinear
  /// What is found outside of the image (`pad_mode`).
  public var padMode = PadMode.reflection
  /// Whether the centers of the corner pixels stay where they are (`align_corners`).
  public var alignsCorners = true
  /// Rows and columns of a random window per batch (`size`); nil: no random window.
  public var size: ImageSize?
  /// The smallest share of the area of that window (`min_scale`).
  public var minScale = 0.75
  /// Random rectangles of noise (`RandomErasing`).
  public var erasing = ErasingSettings()

  /// Creates the defaults.
  public init() {}

  /// The transforms.
  var transforms: [any Transform] {
    guard isEnabled else { return [] }
    var transforms: [any Transform] =
      size.map { [RandomResizedCropGPU($0, minimumScale: minScale)] } ?? []
    transforms += augTransforms(
      mult: mult, doFlip: doFlip, flipVert: flipVert, maxRotate: maxRotate, minZoom: minZoom,
      maxZoom: maxZoom, maxLighting: maxLighting, maxWarp: maxWarp, pAffine: pAffine,
      pLighting: pLighting,
      extra: (maxSaturation > 0
        ? [
          Saturation(
            maximumChange: maxSaturation, probability: pLighting, isPerBatch: isPerBatch)
        ] : [])
        + (maxHue > 0
          ? [Hue(maximumChange: maxHue, probability: pLighting, isPerBatch: isPerBatch)] : []),
      mode: mode, padMode: padMode, alignsCorners: alignsCorners, isPerBatch: isPerBatch)
    return erasing.probability > 0 ? transforms + [erasing.transform] : transforms
  }
}

extension AugmentSettings: SettingsGroup {
  package static let fields: [SettingsField<Self>] = [
    SettingsField(
      "enabled", \.isEnabled, "False: no random transforms, whatever the other settings say."),
    SettingsField(
      "mult", \.mult, .within(0, 100), "Multiplies max_rotate, max_lighting and max_warp."),
    SettingsField(
      "do_flip", \.doFlip,
      "Mirror left and right; laterality matters in medical images.", aliases: ["flip"]),
    SettingsField(
      "flip_vert", \.flipVert, "With do_flip: any of the eight symmetries of the square."),
    SettingsField(
      "max_rotate", \.maxRotate, .within(0, 360), "The largest rotation in degrees, either way.",
      aliases: ["rotate", "degrees"]),
    SettingsField("min_zoom", \.minZoom, .within(0.001, 1000), "The smallest zoom."),
    SettingsField("max_zoom", \.maxZoom, .within(0.001, 1000), "The largest zoom."),
    SettingsField(
      "max_lighting", \.maxLighting, .from(0, below: 1),
      "The largest change of brightness and contrast."),
    SettingsField(
      "max_warp", \.maxWarp, .from(0, below: 1), "The largest perspective displacement."),
    SettingsField(
      "p_affine", \.pAffine, .fraction, "The probability of rotation, zoom and warp each."),
    SettingsField(
      "p_lighting", \.pLighting, .fraction, "The probability of brightness and contrast each."),
    SettingsField(
      "max_saturation", \.maxSaturation, .from(0, below: 1),
      "The largest change of saturation of color images, with probability p_lighting.",
      aliases: ["saturation"]),
    SettingsField(
      "max_hue", \.maxHue, .from(0, below: 1),
      "The largest change of hue of color images, in turns, with probability p_lighting.",
      aliases: ["hue"]),
    SettingsField("mode", \.mode, "Resampling: bilinear, or the nearest pixel."),
    SettingsField("pad_mode", \.padMode, "What rotation, zoom and warp find outside of the image."),
    SettingsField(
      "align_corners", \.alignsCorners,
      "Whether the centers of the corner pixels stay where they are, not their outer corners."),
    SettingsField("batch", \.isPerBatch, "One draw for all images of a batch."),
    SettingsField(
      "size", \.size, .imageSize,
      "Rows and columns of a random window per batch (RandomResizedCropGPU): one number, or [rows, columns].",
      unset: "no random window"),
    SettingsField(
      "min_scale", \.minScale, .fraction, "With size: the smallest share of the area of the window."
    ),
  ]
}

extension Resampling: SettingsEnum {}

extension Allowed where Value == ImageSize {
  /// Sides that networks take.
  static var imageSize: Allowed<ImageSize> {
    Allowed("8 to 4096") { (8...4096).contains($0.height) && (8...4096).contains($0.width) }
  }
}

/// Random rectangles of noise in training: fastai's `RandomErasing`.
public struct ErasingSettings: Sendable, Equatable {
  /// The probability; 0: off (`p`).
  public var probability = 0.0
  /// The smallest share of the area that one rectangle covers (`sl`).
  public var minimumArea = 0.0
  /// The largest share (`sh`).
  public var maximumArea = 0.3
  /// The smallest aspect ratio; the largest is its inverse (`min_aspect`).
  public var minimumAspect = 0.3
  /// The largest number of rectangles (`max_count`).
  public var maximumCount = 1

  /// Creates the defaults.
  public init() {}

  var transform: RandomErasing {
    RandomErasing(
      probability: probability, minimumArea: minimumArea, maximumArea: maximumArea,
      minimumAspect: minimumAspect, maximumCount: maximumCount)
  }
}

extension ErasingSettings: SettingsGroup {
  package static let fields: [SettingsField<Self>] = [
    SettingsField("p", \.probability, .fraction, "The probability; 0: off."),
    SettingsField(
      "sl", \.minimumArea, .fraction, "The smallest share of the area that one rectangle covers."),
    SettingsField("sh", \.maximumArea, .fraction, "The largest share."),
    SettingsField(
      "min_aspect", \.minimumAspect, .within(0.001, 1),
      "The smallest aspect ratio; the largest is its inverse."),
    SettingsField(
      "max_count", \.maximumCount, .within(1, 1000), "The largest number of rectangles."),
  ]
}

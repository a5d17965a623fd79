import Glibc

/// A range of modality values that is shown, and how gray follows from them (PS3.3 C.11.2).
public struct DICOMWindow: Sendable, Hashable {
  /// The shape of the curve.
  public enum Function: String, Sendable {
    /// Linear, with the standard's half-step offsets.
    case linear = "LINEAR"
    /// Linear, without them.
    case linearExact = "LINEAR_EXACT"
    /// A logistic curve.
    case sigmoid = "SIGMOID"
  }

  /// The middle of the range, in modality values.
  public let center: Double
  /// The width of the range, in modality values.
  public let width: Double
  /// The shape of the curve.
  public let function: Function

  /// Makes a window; `nil` if the width is not allowed: a linear window needs at least 1, the others
  /// more than 0.
  public init?(center: Double, width: Double, function: Function = .linear) {
    guard center.isFinite, width.isFinite, function == .linear ? width >= 1 : width > 0 else {
      return nil
    }
    self.center = center
    self.width = width
    self.function = function
  }

  /// The gray of a modality value, from 0 to 255, not rounded.
  public func gray(of x: Double) -> Double {
    if function == .sigmoid { return 255 / (1 + exp(-4 * (x - center) / width)) }
    let c = function == .linear ? center - 0.5 : center
    let w = function == .linear ? width - 1 : width
    if w == 0 { return x > c ? 255 : 0 }
    if x <= c - w / 2 { return 0 }
    if x > c + w / 2 { return 255 }
    return ((x - c) / w + 0.5) * 255
  }
}

/// How the values of a gray-scale DICOM frame become 8-bit gray.
///
/// Whatever is chosen, the order is: stored value, modality (rescale or table), this step, and at the very
/// end `255 - gray` for `MONOCHROME1`. Values outside a window or a range become 0 or 255, as stated
/// for each choice; no choice clips anything else. Color images are shown as they are.
public enum DICOMIntensity: Sendable, Hashable, Codable {
  /// What the file itself proposes: its first VOI table, else its first valid window. If it proposes
  /// nothing: the stored values of unsigned 8-bit files without rescale (the numbers that fastai's
  /// `PILDicom` gives), else `minMax`.
  case automatic

  /// The proposal with this index: first the file's VOI tables, then its valid windows.
  case voi(Int)

  /// A window of modality values; a linear one of this center and width, in the standard's formula.
  case window(center: Double, width: Double)

  /// Linear from `lower` (0) to `upper` (255) in modality values, without the standard's half-step
  /// offsets.
  case range(lower: Double, upper: Double)

  /// Linear from the smallest (0) to the largest (255) modality value of all frames; 0 if constant.
  case minMax

  /// The stored values themselves; only for unsigned data of 2 to 8 bits.
  case stored

  /// The window of fastai's `windowed(w, l)`: the range from `level - width / 2` to
  /// `level + width / 2` in whole halves (187 for a width of 375).
  ///
  /// - Precondition: `width` is at least 2.
  public static func windowed(width: Int, level: Int) -> DICOMIntensity {
    precondition(width >= 2, "a window of width \(width) has no halves")
    return .range(lower: Double(level - width / 2), upper: Double(level + width / 2))
  }

  /// fastai's window for the brain: width 80, level 40.
  public static let brain = windowed(width: 80, level: 40)
  /// fastai's window for subdural bleeding: width 254, level 100.
  public static let subdural = windowed(width: 254, level: 100)
  /// fastai's window for strokes: width 8, level 32.
  public static let stroke = windowed(width: 8, level: 32)
  /// fastai's window for the bones of the head: width 2800, level 600.
  public static let brainBone = windowed(width: 2800, level: 600)
  /// fastai's window for the soft tissue of the head: width 375, level 40.
  public static let brainSoft = windowed(width: 375, level: 40)
  /// fastai's window for the lungs: width 1500, level -600.
  public static let lungs = windowed(width: 1500, level: -600)
  /// fastai's window for the mediastinum: width 350, level 50.
  public static let mediastinum = windowed(width: 350, level: 50)
  /// fastai's window for the soft tissue of the abdomen: width 400, level 50.
  public static let abdomenSoft = windowed(width: 400, level: 50)
  /// fastai's window for the liver: width 150, level 30.
  public static let liver = windowed(width: 150, level: 30)
  /// fastai's window for the soft tissue of the spine: width 250, level 50.
  public static let spineSoft = windowed(width: 250, level: 50)
  /// fastai's window for the bones of the spine: width 1800, level 400.
  public static let spineBone = windowed(width: 1800, level: 400)
  /// A window for pulmonary embolism: width 40, level 400, as fmi has it.
  public static let pulmonaryEmbolism = windowed(width: 40, level: 400)
}

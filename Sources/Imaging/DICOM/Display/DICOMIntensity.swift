/// The mapping from the values of a grayscale DICOM frame to gray.
///
/// The order of display is: stored values, modality transformation (rescale or table), this
/// mapping, and finally `255 - gray` for `MONOCHROME1`. Values outside of a window or range become
/// 0 or 255. Intensities apply to grayscale images only; color images are displayed as stored.
public enum DICOMIntensity: Sendable, Hashable {
  /// The first VOI table of the file, otherwise its first valid window. Without either: `stored`
  /// for unsigned 8-bit data without rescale (the values of fastai's `PILDicom`), otherwise
  /// `minMax`.
  case automatic

  /// The view of the file with this index: the VOI tables come first, then the valid windows.
  case voi(Int)

  /// A linear window of modality values, in the standard's formula. The width is at least 1.
  case window(center: Double, width: Double)

  /// Linear from `lower` (0) to `upper` (255) in modality values, without the half-step offsets of
  /// the standard. `upper` is greater than `lower`.
  case range(lower: Double, upper: Double)

  /// Linear from the smallest (0) to the largest (255) modality value of all frames; 0 if they are
  /// equal.
  case minMax

  /// Linear from the `lower` (0) to the `upper` (255) percentile of the finite modality values of
  /// the frame; 0 if they are equal. Percentiles are 0 to 100, interpolated linearly as by
  /// `numpy.percentile`.
  case percentile(lower: Double, upper: Double)

  /// The stored values, for unsigned data of 2 to 8 bits.
  case stored

  /// The stored values as gray levels, whatever the depth, without rescale, window and inversion: fastai's `PILDicom`.
  ///
  /// In an 8-bit picture, values above 255 are white. A pipeline that keeps the depth of the file divides them by 255, as
  /// fastai does, so values of 10 bits reach 4.01.
  case fastai8bit

  /// Equalized by a histogram of the frame's modality values, in so many parts: fastai's `hist_scaled`.
  case histScaled(bins: Int)

  /// Several intensities, one channel each: fastai's `to_nchan`. None of them has several channels itself.
  case channels([DICOMIntensity])

  /// The number of channels of the image that a grayscale file becomes.
  public var channelCount: Int { if case .channels(let parts) = self { parts.count } else { 1 } }

  /// The largest number of channels.
  package static let channelLimit = 8

  /// What each channel shows.
  package var parts: [DICOMIntensity] {
    if case .channels(let parts) = self { parts } else { [self] }
  }
}

extension DICOMIntensity {
  /// The windows of fastai's `dicom_windows`, and one for pulmonary embolism; the raw value is the
  /// name.
  public enum NamedWindow: String, Sendable, CaseIterable {
    /// Brain: width 80, level 40.
    case brain
    /// Subdural hemorrhage: width 254, level 100.
    case subdural
    /// Stroke: width 8, level 32.
    case stroke
    /// Bones of the head: width 2800, level 600.
    case brainBone = "brain_bone"
    /// Soft tissue of the head: width 375, level 40.
    case brainSoft = "brain_soft"
    /// Lungs: width 1500, level -600.
    case lungs
    /// Mediastinum: width 350, level 50.
    case mediastinum
    /// Soft tissue of the abdomen: width 400, level 50.
    case abdomenSoft = "abdomen_soft"
    /// Liver: width 150, level 30.
    case liver
    /// Soft tissue of the spine: width 250, level 50.
    case spineSoft = "spine_soft"
    /// Bones of the spine: width 1800, level 400.
    case spineBone = "spine_bone"
    /// Pulmonary embolism: width 40, level 400.
    case pulmonaryEmbolism = "pe"

    /// The width in modality values (Hounsfield units).
    public var width: Int { parameters.width }
    /// The center in modality values (Hounsfield units).
    public var level: Int { parameters.level }

    var parameters: (width: Int, level: Int) {
      switch self {
      case .brain: (80, 40)
      case .subdural: (254, 100)
      case .stroke: (8, 32)
      case .brainBone: (2800, 600)
      case .brainSoft: (375, 40)
      case .lungs: (1500, -600)
      case .mediastinum: (350, 50)
      case .abdomenSoft: (400, 50)
      case .liver: (150, 30)
      case .spineSoft: (250, 50)
      case .spineBone: (1800, 400)
      case .pulmonaryEmbolism: (40, 400)
      }
    }
  }

  /// The range `level - width / 2` to `level + width / 2` with integer halves: fastai's `windowed`.
  ///
  /// - Precondition: `width` is at least 2.
  public static func windowed(width: Int, level: Int) -> DICOMIntensity {
    precondition(width >= 2, "a window has a width of at least 2, not \(width)")
    return .range(lower: Double(level - width / 2), upper: Double(level + width / 2))
  }

  /// The range of a named window: fastai's `windowed(*dicom_windows.lungs)` is `.windowed(.lungs)`.
  public static func windowed(_ window: NamedWindow) -> DICOMIntensity {
    windowed(width: window.parameters.width, level: window.parameters.level)
  }
}

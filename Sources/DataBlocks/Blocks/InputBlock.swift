public import Imaging

/// The input side of a `DataBlock`: the transforms that read an item's file.
public protocol InputBlock: Sendable {
  /// The transforms that come with the block (`item_tfms`, `batch_tfms` of fastai's `TransformBlock`).
  var transforms: [any Transform] { get }
}

/// Images from DICOM, PNG or JPEG files: fastai's `ImageBlock`.
public struct ImageBlock: InputBlock {
  /// `ReadImage` with the block's settings.
  public let transforms: [any Transform]

  /// Creates a block.
  ///
  /// - Parameters:
  ///   - intensity: The intensity window of grayscale DICOM files. Default: what the file itself asks for.
  ///   - frame: The frame of every DICOM file, from 0. Default: as `frames` says.
  ///   - frames: What is read of a DICOM file with several frames.
  public init(
    intensity: DICOMIntensity = .automatic, frame: Int? = nil, frames: FrameChoice = .refuse
  ) {
    transforms = [ReadImage(intensity: intensity, frame: frame, frames: frames)]
  }
}

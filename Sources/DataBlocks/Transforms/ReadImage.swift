public import Imaging
import Tensors

/// Reads a DICOM, PNG or JPEG file into 8-bit pixels: the first transform of every image pipeline.
///
/// The kind of file is told by its content. Stored with the pipeline, so that training, prediction
/// and maps see the same gray values.
public struct ReadImage: CheckedTransform {
  /// The intensity window of grayscale DICOM files.
  package let intensity: DICOMIntensity
  /// The frame of a DICOM file, from 0.
  package let frame: Int

  /// Creates a reader.
  public init(intensity: DICOMIntensity = .automatic, frame: Int = 0) {
    self.intensity = intensity
    self.frame = frame
    check()
  }

  /// Before everything else.
  public var order: Int { -100 }
  /// There is nothing before it.
  public var effects: TransformEffects { .pixels }
  /// Files differ.
  public func outputSize(of _: ImageSize?) -> ImageSize? { nil }
  /// Files differ.
  public func outputChannels(of _: Int?) -> Int? { nil }
  /// Decoded images are kept.
  public func isCacheable(_ sample: Sample, in mode: PipelineMode) -> Bool { true }

  /// Reads the sample's source; pixels in memory stay as they are.
  public func apply(to sample: inout Sample, _ context: inout TransformContext) throws {
    switch sample.source {
    case .pixels: break
    case .bytes(let bytes, let name):
      sample.image =
        FileFormat(head: Array(bytes.prefix(FileFormat.headCount)))?.isPNGOrJPEG == true
        ? try PixelBuffer(imageBytes: bytes) : try display(DICOMFile(bytes: bytes, name: name))
    case .file(let path):
      sample.image =
        FileFormat.ofFile(path)?.isPNGOrJPEG == true
        ? try PixelBuffer(contentsOfImage: path) : try display(DICOMFile(contentsOf: path))
    }
  }

  private func display(_ file: DICOMFile) throws(DICOMError) -> PixelBuffer {
    try file.display(frame: frame, intensity: intensity)
  }

  var fault: String? { fault("frame", frame, in: 0...) }
}

import Files
public import Imaging
import Tensors

/// Reads a DICOM, PNG or JPEG file into 8-bit pixels: the first transform of every image pipeline.
///
/// The kind of file is told by its content. Stored with the pipeline, so that training, prediction
/// and maps see the same gray values.
public struct ReadImage: CheckedTransform {
  /// The intensity window of grayscale DICOM files.
  package let intensity: DICOMIntensity
  /// The frame of every DICOM file, from 0; nil: as `frames` says.
  package let frame: Int?
  /// What is read of a DICOM file with several frames.
  package let frames: FrameChoice

  /// Creates a reader.
  ///
  /// - Parameters:
  ///   - intensity: The intensity window of grayscale DICOM files.
  ///   - frame: The frame of every DICOM file, from 0. Default: as `frames` says.
  ///   - frames: What is read of a DICOM file with several frames.
  public init(
    intensity: DICOMIntensity = .automatic, frame: Int? = nil, frames: FrameChoice = .refuse
  ) {
    self.intensity = intensity
    self.frame = frame
    self.frames = frames
    check()
  }

  /// Decodes settings; those of earlier versions have a frame, but no choice.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    intensity = try fields.decode(DICOMIntensity.self, forKey: .intensity)
    frame = try fields.decodeIfPresent(Int.self, forKey: .frame)
    frames = try fields.decodeIfPresent(FrameChoice.self, forKey: .frames) ?? .refuse
  }

  /// The same reader with another choice of frames.
  package func choosing(_ frames: FrameChoice) -> ReadImage {
    ReadImage(intensity: intensity, frames: frames)
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
        ? try PixelBuffer(imageBytes: bytes)
        : try read(DICOMFile(bytes: bytes, name: name), &sample)
    case .file(let path):
      if let fault = FileName.irregularity(of: path) {
        throw DICOMError(.unreadable, file: path, detail: fault)
      }
      sample.image =
        FileFormat.ofFile(path)?.isPNGOrJPEG == true
        ? try PixelBuffer(contentsOfImage: path)
        : try read(DICOMFile(contentsOf: path), &sample)
    }
  }

  private func read(_ file: DICOMFile, _ sample: inout Sample) throws -> PixelBuffer {
    sample.facts = ImageFacts(file)
    return try display(file, frame: sample.frame)
  }

  private func display(_ file: DICOMFile, frame wanted: Int?) throws -> PixelBuffer {
    let chosen = wanted ?? frame ?? (frames == .first ? 0 : nil)
    if chosen == nil, let count = file.frameCount, count > 1 {
      throw DataError(
        frames == .all && count > FrameChoice.limit
          ? .tooManyFrames(count, limit: FrameChoice.limit) : .severalFrames(count))
    }
    return try file.display(frame: chosen ?? 0, intensity: intensity)
  }

  /// The number of frames of a file, from its header; 1 if it is not DICOM or cannot be read.
  static func frameCount(of path: String) -> Int {
    guard FileFormat.ofFile(path)?.isPNGOrJPEG != true,
      let file = try? DICOMFile.readHeader(of: path)
    else {
      return 1
    }
    return file.frameCount ?? 1
  }

  var fault: String? { frame.flatMap { fault("frame", $0, in: 0...) } }
}

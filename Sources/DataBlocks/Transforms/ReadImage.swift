import Files
public import Imaging
import Tensors

/// How many gray levels are read of files that have more than 8 bits.
public enum ImageDepth: String, Sendable, Codable, CaseIterable {
  /// Those of the file: grayscale DICOM files of more than 8 bits and 16-bit PNG files.
  case file
  /// 256.
  case eight = "8bit"
}

/// Reads a DICOM, PNG or JPEG file: the first transform of every image pipeline.
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
  /// How many gray levels are read of files that have more than 8 bits.
  package let depth: ImageDepth

  /// Creates a reader.
  ///
  /// - Parameters:
  ///   - intensity: The intensity window of grayscale DICOM files.
  ///   - frame: The frame of every DICOM file, from 0. Default: as `frames` says.
  ///   - frames: What is read of a DICOM file with several frames.
  ///   - depth: How many gray levels are read of files that have more than 8 bits.
  public init(
    intensity: DICOMIntensity = .automatic, frame: Int? = nil, frames: FrameChoice = .refuse,
    depth: ImageDepth = .file
  ) {
    self.depth = depth
    self.intensity = intensity
    self.frame = frame
    self.frames = frames
    check()
  }

  /// Decodes settings; those of earlier versions have 8 bits, and a frame, but no choice.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    intensity = try fields.decode(DICOMIntensity.self, forKey: .intensity)
    frame = try fields.decodeIfPresent(Int.self, forKey: .frame)
    frames = try fields.decodeIfPresent(FrameChoice.self, forKey: .frames) ?? .refuse
    depth = try fields.decodeIfPresent(ImageDepth.self, forKey: .depth) ?? .eight
  }

  /// The same reader with another choice of frames.
  package func choosing(_ frames: FrameChoice) -> ReadImage {
    ReadImage(intensity: intensity, frames: frames, depth: depth)
  }

  /// Before everything else.
  public var order: Int { -100 }
  /// There is nothing before it.
  public var effects: TransformEffects { .pixels }
  /// Files differ.
  public func outputSize(of _: ImageSize?) -> ImageSize? { nil }
  /// Files differ: color images have three channels, whatever the intensity.
  public func outputChannels(of _: Int?) -> Int? { nil }
  /// Decoded images are kept.
  public func isCacheable(_ sample: Sample, in mode: PipelineMode) -> Bool { true }

  /// Reads the sample's source; pixels in memory stay as they are.
  public func apply(to sample: inout Sample, _ context: inout TransformContext) throws {
    switch sample.source {
    case .pixels: break
    case .bytes(let bytes, let name):
      if FileFormat(head: Array(bytes.prefix(FileFormat.headCount)))?.isPNGOrJPEG == true {
        try read(picture: bytes, into: &sample)
      } else {
        try read(DICOMFile(bytes: bytes, name: name), into: &sample)
      }
    case .file(let path):
      if let fault = FileName.irregularity(of: path) {
        throw DICOMError(.unreadable, file: path, detail: fault)
      }
      guard FileFormat.ofFile(path)?.isPNGOrJPEG == true else {
        try read(DICOMFile(contentsOf: path), into: &sample)
        return
      }
      do {
        try read(picture: try imageFileBytes(path), into: &sample)
      } catch let error as ImageFileError {
        throw error.at(path)
      }
    }
  }

  private func read(picture bytes: [UInt8], into sample: inout Sample) throws {
    if depth == .file, let planes = try planes(of16BitPNG: bytes) {
      sample.values = ImagePlanes(planes)
    } else {
      sample.image = try PixelBuffer(imageBytes: bytes)
    }
  }

  private func read(_ file: DICOMFile, into sample: inout Sample) throws {
    sample.facts = ImageFacts(file)
    let chosen = sample.frame ?? frame ?? (frames == .first ? 0 : nil)
    if chosen == nil, let count = file.frameCount, count > 1 {
      throw DataError(
        frames == .all && count > FrameChoice.limit
          ? .tooManyFrames(count, limit: FrameChoice.limit) : .severalFrames(count))
    }
    let rendered = try file.rendered(
      frame: chosen ?? 0, intensity: intensity, keepsDepth: depth == .file)
    switch rendered {
    case .bytes(let image): sample.image = image
    case .planes(let planes): sample.values = ImagePlanes(planes)
    }
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

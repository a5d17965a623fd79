public import Imaging
import Tensors

extension Pipeline {
  /// Reads a file and runs the pipeline in validation mode.
  ///
  /// - Parameters:
  ///   - path: A DICOM, PNG or JPEG file.
  ///   - frame: The frame of a DICOM file, from 0; nil: as the pipeline's `ReadImage` says.
  /// - Returns: The model's input with the original and the geometry between them.
  /// - Throws: `DataError` naming the file.
  public func prepare(_ path: String, frame: Int? = nil) throws(DataError) -> PreparedImage {
    do {
      return try prepare(Sample(.file(path), frame: frame))
    } catch {
      throw error.at(path)
    }
  }

  /// Decodes the bytes of a DICOM, PNG or JPEG file and runs the pipeline in validation mode.
  ///
  /// - Parameters:
  ///   - bytes: The file's content.
  ///   - name: The name of the file in messages.
  /// - Returns: The model's input with the original and the geometry between them.
  /// - Throws: `DataError`.
  public func prepare(bytes: [UInt8], name: String = "bytes") throws(DataError) -> PreparedImage {
    do {
      return try prepare(Sample(.bytes(bytes, name: name)))
    } catch {
      throw error.at(name)
    }
  }

  /// Runs the pipeline in validation mode on pixels in memory.
  ///
  /// - Throws: `DataError` if the channels do not fit.
  public func prepare(_ image: PixelBuffer) throws(DataError) -> PreparedImage {
    try prepare(Sample(.pixels(image)))
  }

  private func prepare(_ item: Sample) throws(DataError) -> PreparedImage {
    var sample = item
    let next = try read(&sample)
    let original = sample.image
    try run(&sample, from: next, mode: .validation)
    let input = Tensor(uninitialized: [1, inputChannels, inputSize.height, inputSize.width])
    try write(sample, into: input, item: 0)
    return PreparedImage(
      input: input, original: original, geometry: sample.geometry, facts: sample.facts)
  }
}

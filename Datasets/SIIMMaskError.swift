public import Files

/// An invalid row or file of SIIM run-length masks.
public struct SIIMMaskError: LightboxError, Equatable {
  /// The facts.
  package enum Reason: Equatable, Sendable {
    /// The operating system refuses to read the file.
    case file(FileError.Reason)
    /// The row has no numbers.
    case empty
    /// A token is not an integer.
    case notANumber(token: String)
    /// The number of values is odd; they are pairs of gap and length.
    case oddCount(numbers: Int)
    /// A gap is negative, so two runs overlap.
    case overlap(gap: Int)
    /// A run has no pixel.
    case emptyRun(length: Int)
    /// A run ends after the last pixel of the image.
    case beyondImage(end: Int, pixels: Int)
    /// A line has fewer cells than image and runs.
    case noComma
    /// The path is a folder, a pipe or a device.
    case notARegularFile
    /// The file has more bytes than are read.
    case tooLarge(bytes: Int, limit: Int)
    /// The image has another aspect ratio than the masks.
    case otherShape(image: String, masks: String)
    /// The first line names no column of images or none of runs.
    case header(found: String)
    /// The file has masks of none of the images.
    case noneNamed(column: String, keys: [String], count: Int, images: [String])
    /// No image has a mask with a pixel.
    case noRegion(images: Int)
  }

  /// The facts.
  package let reason: Reason
  /// The path of the file, if there is one.
  package let file: String?
  /// The line, from 1, if there is one.
  package let line: Int?

  /// Creates an error.
  package init(_ reason: Reason, file: String? = nil, line: Int? = nil) {
    self.reason = reason
    self.file = file
    self.line = line
  }

  /// The file and the line.
  public var place: ErrorPlace { ErrorPlace(file: file, line: line) }

  /// What is wrong.
  public var problem: String {
    switch reason {
    case .file(let reason): FileError(reason, path: file ?? "").problem
    case .empty: "the row has no runs"
    case .notANumber(let token): "\"\(token.prefix(20))\" is not an integer"
    case .oddCount(let numbers): "\(numbers) numbers are not pairs of gap and length"
    case .overlap(let gap): "the gap \(gap) makes two runs overlap"
    case .emptyRun(let length): "a run has \(length) pixels"
    case .beyondImage(let end, let pixels):
      "a run ends at pixel \(end), but the image has \(pixels) pixels"
    case .noComma: "the line has no separator between the image and its runs"
    case .notARegularFile: "it is not a regular file"
    case .tooLarge(let bytes, let limit): "the file has \(bytes) bytes; at most \(limit) are read"
    case .otherShape(let image, let masks):
      "the image has \(image) pixels, the masks \(masks): not the same shape"
    case .header(let found): "the first line is \"\(found.prefix(40))\""
    case .noneNamed(let column, let keys, let count, let images):
      count == 0
        ? "the file has no masks"
        : "it has a mask of none of the images: the \(count) keys under \"\(column)\" look like "
          + Self.listed(keys) + ", the images like " + Self.listed(images)
    case .noRegion(let images):
      "all masks of the \(images) images are empty"
    }
  }

  /// What to do about it.
  public var remedy: String? {
    switch reason {
    case .file(let reason): FileError(reason, path: file ?? "").remedy
    case .empty: "use -1 for an image without a mask"
    case .overlap: "gaps count from the end of the previous run"
    case .beyondImage:
      "runs count the pixels of the mask's own image; if the masks have another size, state it (--mask-size)"
    case .notARegularFile: "copy it to a file first"
    case .tooLarge: "split the file"
    case .otherShape: "state the size of the masks, or leave the image out"
    case .header: "use a file with the header \"ImageId, EncodedPixels\""
    case .noneNamed:
      "a key is the path of the image, its name with or without ending, or its SOP Instance UID"
    case .noRegion: "give images with a finding"
    case .notANumber, .oddCount, .emptyRun, .noComma: "correct the row"
    }
  }

  private static func listed(_ names: [String]) -> String {
    names.map { "\"\($0.suffix(48))\"" }.joined(separator: ", ")
  }
}

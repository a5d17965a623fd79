public import Files

/// A PNG or JPEG file that cannot be read or written.
public struct ImageFileError: LightboxError, Equatable {
  /// The facts; a `detail` is the message of libpng or libjpeg.
  package enum Reason: Sendable, Equatable {
    /// The operating system refuses to read or write the file.
    case file(FileError.Reason)
    /// The path is a folder or a device.
    case notARegularFile
    /// The file has no bytes.
    case empty
    /// The bytes are neither a PNG nor a JPEG, but of another format if that is known.
    case notAnImage(FileFormat?)
    /// The extension of the path to write is not one of `known`.
    case unknownExtension(String, known: [String])
    /// The bytes violate the format.
    case corrupt(detail: String)
    /// The bytes end before the image does.
    case truncated(detail: String)
    /// The image has more pixels than allowed.
    case tooLarge(detail: String)
    /// A valid file of a kind that is not supported, such as CMYK.
    case unsupported(detail: String)
    /// There is not enough memory for the pixels.
    case outOfMemory
  }

  /// The facts.
  package let reason: Reason
  /// The path; nil if the bytes were in memory.
  package let file: String?

  /// Creates an error.
  package init(_ reason: Reason, file: String? = nil) {
    self.reason = reason
    self.file = file
  }

  /// The path of the file, if there is one.
  public var place: ErrorPlace { ErrorPlace(file: file) }

  /// What is wrong.
  public var problem: String {
    switch reason {
    case .file(let reason): FileError(reason, path: file ?? "").problem
    case .notARegularFile: "it is not a regular file"
    case .empty: "the file is empty"
    case .notAnImage(let found):
      "it is neither a PNG nor a JPEG file" + (found.map { ": it is \($0.rawValue)" } ?? "")
    case .unknownExtension(let found, _): "images cannot be written as \"\(found)\""
    case .corrupt(let detail): "the image is corrupt: \(detail)"
    case .truncated(let detail): "the image is truncated: \(detail)"
    case .tooLarge(let detail): "the image is too large: \(detail)"
    case .unsupported(let detail): "the image is of an unsupported kind: \(detail)"
    case .outOfMemory: "there is not enough memory for the pixels"
    }
  }

  /// What to do about it.
  public var remedy: String? {
    switch reason {
    case .file(let reason): FileError(reason, path: file ?? "").remedy
    case .notARegularFile, .notAnImage: "use a PNG or JPEG file"
    case .unknownExtension(_, let known): "use one of \(known.joined(separator: ", "))"
    case .empty, .corrupt, .truncated: "copy or export the file again"
    case .tooLarge: "reduce the size of the image"
    case .unsupported: "convert it to an 8-bit grayscale or RGB image"
    case .outOfMemory: "free memory or reduce the size of the image"
    }
  }

  /// The same error with the path of the file.
  package func at(_ path: String) -> ImageFileError { ImageFileError(reason, file: path) }
}

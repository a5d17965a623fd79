/// Why an image could not be read or written: the file, the reason, and the way out.
public struct ImageFileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of trouble it was.
  public enum Kind: Sendable, Equatable {
    /// The file is missing, is a folder, or may not be read.
    case unreadable
    /// The bytes are of no image format that is read here.
    case notAnImage
    /// The bytes break the format's rules.
    case corrupt
    /// The bytes end before the image does.
    case truncated
    /// More pixels than are allowed.
    case tooLarge
    /// A sound file of a kind that is not read here (CMYK, say).
    case unsupported
    /// The file cannot be written (a missing folder, a full disk).
    case unwritable
    /// Not enough memory for the pixels.
    case outOfMemory
  }

  /// What kind of trouble it was.
  public let kind: Kind
  /// The file's path, or nil when bytes in memory were read.
  public let file: String?
  /// What is wrong, in a few words.
  public let reason: String

  /// Makes an error from its facts.
  public init(_ kind: Kind, file: String?, reason: String) {
    self.kind = kind
    self.file = file
    self.reason = reason
  }

  /// What the user can do about it.
  public var wayOut: String {
    switch kind {
    case .unreadable: "check the path and its permissions"
    case .notAnImage: "give a PNG or JPEG file"
    case .corrupt, .truncated: "copy or export the file again"
    case .tooLarge: "shrink the image, or raise the pixel limit"
    case .unsupported: "convert it to an 8-bit gray or RGB image"
    case .unwritable: "check the folder, its permissions and the free space"
    case .outOfMemory: "free memory, or shrink the image"
    }
  }

  /// The facts as one sentence.
  public var description: String {
    let verb = kind == .unwritable ? "write" : "read"
    return "cannot \(verb) \(file ?? "the image"): \(reason); \(wayOut)"
  }

  /// The same error, told of a file.
  func about(_ path: String) -> ImageFileError {
    ImageFileError(kind, file: path, reason: reason)
  }
}

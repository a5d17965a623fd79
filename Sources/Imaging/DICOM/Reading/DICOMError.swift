public import Files

/// A DICOM file, or a frame of it, that cannot be read or written.
public struct DICOMError: LightboxError, Equatable {
  /// The kind of failure; the raw value is its name in reports.
  public enum Reason: String, Sendable, CaseIterable {
    /// The operating system refuses to read the file.
    case unreadable
    /// The file has no bytes.
    case emptyFile = "empty-file"
    /// The bytes are not those of a DICOM file.
    case notDICOM = "not-dicom"
    /// The data set is truncated or its structure is invalid.
    case truncated
    /// The pixel data has fewer bytes than rows, columns and frames require.
    case truncatedPixelData = "truncated-pixel-data"
    /// There is no pixel data element, as in reports, plans and directories.
    case noPixelData = "no-pixel-data"
    /// The pixel data element has no bytes.
    case emptyPixelData = "empty-pixel-data"
    /// An attribute required for the pixels is missing.
    case missingAttribute = "missing-attribute"
    /// An attribute has a value that is invalid.
    case invalidAttribute = "invalid-attribute"
    /// The transfer syntax is not supported.
    case unsupportedTransferSyntax = "unsupported-transfer-syntax"
    /// The pixels are of a kind that is not supported.
    case unsupportedPixelData = "unsupported-pixel-data"
    /// The compressed pixels cannot be decoded completely.
    case corruptPixelData = "corrupt-pixel-data"
    /// A size exceeds a limit that keeps time and memory in proportion to the file.
    case tooLarge = "too-large"
    /// The file cannot be encoded.
    case unwritable
  }

  /// The kind of failure.
  public let reason: Reason
  /// The path, or the name given to bytes in memory.
  package let file: String
  /// What was found, as a clause; never contains patient data.
  package let detail: String

  /// Creates an error.
  package init(_ reason: Reason, file: String, detail: String) {
    self.reason = reason
    self.file = file
    self.detail = detail
  }

  /// The path of the file, or the name given to bytes in memory.
  public var place: ErrorPlace { ErrorPlace(file: file) }

  /// What is wrong.
  public var problem: String { "\(summary): \(detail)" }

  private var summary: String {
    switch reason {
    case .unreadable: "it cannot be read"
    case .emptyFile: "the file is empty"
    case .notDICOM: "it is not a DICOM file"
    case .truncated: "the file is truncated or corrupt"
    case .truncatedPixelData: "the pixel data is truncated"
    case .noPixelData: "the file has no image"
    case .emptyPixelData: "the pixel data is empty"
    case .missingAttribute: "an attribute is missing"
    case .invalidAttribute: "an attribute is invalid"
    case .unsupportedTransferSyntax: "the compression is not supported"
    case .unsupportedPixelData: "the kind of pixels is not supported"
    case .corruptPixelData: "the pixel data cannot be decoded"
    case .tooLarge: "it exceeds a limit"
    case .unwritable: "it cannot be encoded"
    }
  }

  /// What to do about it.
  public var remedy: String? {
    switch reason {
    case .unreadable: "check the path and the permissions"
    case .emptyFile, .truncated, .truncatedPixelData, .emptyPixelData, .corruptPixelData:
      "copy the file again or leave it out"
    case .notDICOM: "use a DICOM, PNG or JPEG file, or leave it out"
    case .noPixelData, .tooLarge: "leave the file out"
    case .missingAttribute, .invalidAttribute:
      "correct the attribute or leave the file out"
    case .unsupportedTransferSyntax:
      "convert the file to an uncompressed transfer syntax or leave it out"
    case .unsupportedPixelData:
      "convert the file to 8- or 16-bit grayscale or RGB, or leave it out"
    case .unwritable: "check the attributes"
    }
  }
}

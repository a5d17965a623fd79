/// Why a DICOM file, or a frame of it, could not be read or written.
public struct DICOMError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of faults; the raw value is the name used in reports.
  public enum Kind: String, Sendable, CaseIterable {
    /// The operating system did not let the file be read.
    case unreadable
    /// The file has no bytes.
    case emptyFile = "empty-file"
    /// The bytes are not those of a DICOM file.
    case notDICOM = "not-dicom"
    /// The data set ends early or its structure is damaged.
    case truncated
    /// There are fewer bytes of pixel data than rows, columns and frames need.
    case truncatedPixelData = "truncated-pixel-data"
    /// There is no pixel data element: a report, a plan, a directory.
    case noPixelData = "no-pixel-data"
    /// The pixel data element has no bytes.
    case emptyPixelData = "empty-pixel-data"
    /// An attribute that reading the pixels needs is not there.
    case missingAttribute = "missing-attribute"
    /// An attribute that reading the pixels needs has a value that cannot be used.
    case invalidAttribute = "invalid-attribute"
    /// The pixels are coded in a way that Lightbox does not decode.
    case unsupportedTransferSyntax = "unsupported-transfer-syntax"
    /// The pixels are of a kind that Lightbox does not handle.
    case unsupportedPixelData = "unsupported-pixel-data"
    /// The compressed pixels cannot be decoded, or not completely.
    case corruptPixelData = "corrupt-pixel-data"
    /// The file could not be written.
    case unwritable
  }

  /// What kind of fault it is.
  public let kind: Kind
  /// The file's path, or the name given to bytes.
  public let file: String
  /// What exactly was found, in words; never a patient's data.
  public let detail: String

  /// Makes an error from its facts.
  public init(kind: Kind, file: String, detail: String) {
    self.kind = kind
    self.file = file
    self.detail = detail
  }

  /// One sentence: the file, the reason and the way out.
  public var description: String { "\(file) \(complaint): \(detail); \(wayOut)." }

  private var complaint: String {
    switch kind {
    case .unreadable: "cannot be read"
    case .emptyFile: "is empty"
    case .notDICOM: "is not a DICOM file"
    case .truncated: "is cut short or damaged"
    case .truncatedPixelData: "has too few bytes of pixel data"
    case .noPixelData: "has no image"
    case .emptyPixelData: "has an empty image"
    case .missingAttribute: "lacks an attribute"
    case .invalidAttribute: "has an attribute that cannot be used"
    case .unsupportedTransferSyntax: "is compressed in a way that is not supported"
    case .unsupportedPixelData: "has pixels of a kind that is not supported"
    case .corruptPixelData: "has pixel data that cannot be decoded"
    case .unwritable: "cannot be written"
    }
  }

  private var wayOut: String {
    switch kind {
    case .unreadable: "check that it exists and that you may read it"
    case .emptyFile, .truncated, .truncatedPixelData, .emptyPixelData, .corruptPixelData:
      "fetch it again from where it came from, or leave it out"
    case .notDICOM, .noPixelData: "leave it out"
    case .missingAttribute, .invalidAttribute:
      "correct the attribute at the source, or leave the file out"
    case .unsupportedTransferSyntax:
      "convert it to an uncompressed transfer syntax first, or leave it out"
    case .unsupportedPixelData: "convert it to 8 or 16 bit gray scale or RGB, or leave it out"
    case .unwritable: "check the folder, the free space and the attributes"
    }
  }
}

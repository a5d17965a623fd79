package import Files
package import Imaging

/// What a scan knows of one file.
///
/// Identifiers are salted hashes: they tell whether two files belong to one patient, not who it is.
package struct FileFacts: Sendable, Equatable {
  /// What a file is.
  package enum Kind: String, Sendable, CaseIterable {
    /// A DICOM file with an image.
    case dicom
    /// A PNG or JPEG file.
    case picture
    /// A DICOM file without an image, such as a report.
    case report
    /// A DICOM media directory (DICOMDIR).
    case directory
    /// A file that packs others; it is not unpacked.
    case archive
    /// Any other file.
    case foreign
    /// An image that cannot be read.
    case unreadable
  }

  /// The path relative to the scanned folder.
  package var path: String
  /// What tells whether the file changed.
  package var stamp = FileStamp()
  /// What the file is.
  package var kind = Kind.foreign
  /// Why an unreadable file is one: the summary, such as "the file is empty".
  package var fault: String?
  /// The details of the fault.
  package var faultDetail: String?
  /// The header of an image.
  package var header = HeaderFacts()
  /// Salted hashes of PatientID and of the UIDs.
  package var patient: String?
  package var study: String?
  package var series: String?
  package var instance: String?
  /// BurnedInAnnotation: `YES` or `NO`.
  package var burnedInAnnotation: String?
  /// PatientIdentityRemoved: `YES` or `NO`.
  package var identityRemoved: String?
  /// The keywords of identifying attributes that have values; no values.
  package var identifiers: [String] = []
  /// The number of private attributes.
  package var privateCount = 0
  /// A checksum of the first and the last bytes and the size.
  package var ends: String?
  /// A checksum of the file, where another file has the same `ends`.
  package var content: String?
  /// What the pixels tell; nil if they were not read.
  package var pixels: PixelFacts?

  package init(path: String) { self.path = path }

  /// Whether it is an image that can be read.
  package var isImage: Bool { kind == .dicom || kind == .picture }
}

/// The header of an image, as text to count by.
package struct HeaderFacts: Sendable, Equatable {
  package var modality: String?
  package var transferSyntax: String?
  package var photometric: String?
  package var bits: String?
  package var view: String?
  package var laterality: String?
  package var bodyPart: String?
  package var spacingKind: String?
  /// The distances between rows and columns, in millimeters: "0.143" or "0.143 x 0.15".
  package var spacing: String?
  package var columns = 0
  package var rows = 0
  package var frames = 1
  /// The windows as "center/width".
  package var windows: [String] = []
  package var grayTransforms: [String] = []
  /// Whether low values are white.
  package var isInverted = false
  package var irregularities: [String] = []

  package init() {}

  /// Rows, columns and frames: "1024 x 1024 x 20 frames".
  package var size: String { "\(rows) x \(columns)" + (frames > 1 ? " x \(frames) frames" : "") }
}

/// What the stored pixels of the first frame tell.
package struct PixelFacts: Sendable, Equatable {
  /// How much of the gray scale the image uses.
  package enum Spread: String, Sendable {
    case normal
    /// All samples are equal.
    case constant
    /// 99 % of the samples lie within 2 % of the image's range, or the range is within 1 % of the bits.
    case nearlyConstant = "nearly constant"
  }

  package var minimum: Double
  package var maximum: Double
  package var mean: Double
  /// The standard deviation of the population.
  package var deviation: Double
  package var spread: Spread
  /// The number of marks that look like letters in a line.
  package var letters: Int
  /// A checksum of size and samples; nil of images with several frames, of which only the first is read.
  package var digest: String?
}

import Files

/// The format of a file by its first bytes, to say what a file is that cannot be read.
package enum FileFormat: String, Sendable, CaseIterable {
  case png = "a PNG image"
  case jpeg = "a JPEG image"
  case bmp = "a BMP image"
  case gif = "a GIF image"
  case tiff = "a TIFF image"
  case webp = "a WebP image"
  case heic = "a HEIC image"
  case avif = "an AVIF image"
  case jpeg2000 = "a JPEG 2000 image"
  case jpegXL = "a JPEG XL image"
  case netpbm = "a PNM image"
  case photoshop = "a Photoshop file"
  case nifti = "a NIfTI volume"
  case nrrd = "an NRRD volume"
  case metaImage = "a MetaImage volume"
  case analyze = "an Analyze volume"
  case hdf5 = "an HDF5 file"
  case numpy = "a NumPy array"
  case pickle = "a Python pickle"
  case gzip = "a gzip archive"
  case bzip2 = "a bzip2 archive"
  case xz = "an xz archive"
  case zstandard = "a Zstandard archive"
  case zip = "a zip archive"
  case sevenZip = "a 7z archive"
  case rar = "a RAR archive"
  case tar = "a tar archive"
  case pdf = "a PDF document"
  case mp4 = "an MP4 video"
  case matroska = "a Matroska video"
  case avi = "an AVI video"
  case sqlite = "an SQLite database"
  case elf = "a program"
  case gitLFS = "a Git LFS pointer, not the file it stands for"
  case html = "an HTML page"
  case svg = "an SVG drawing"
  case xml = "an XML document"
  case json = "a JSON document"
  case zeros = "zeros only"
  case text = "text"

  /// How many bytes of a file `init(head:)` uses.
  package static let headCount = 1024

  /// Recognizes the first bytes of a file; nil if they are unknown.
  package init?(head: [UInt8]) {
    let found = Self.binary(head) ?? Self.textual(head)
    guard let found else { return nil }
    self = found
  }

  /// Whether `PixelBuffer(imageBytes:)` reads it.
  package var isPNGOrJPEG: Bool { self == .png || self == .jpeg }

  /// The format of the file at a path; nil if it is unknown or cannot be read.
  package static func ofFile(_ path: String) -> FileFormat? {
    FileFormat(head: FileHead.read(path, count: FileFormat.headCount))
  }

  private static let signatures: [(offset: Int, bytes: [UInt8], format: FileFormat)] = [
    (0, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], .png),
    (0, [0xFF, 0xD8, 0xFF], .jpeg),
    (0, Array("GIF8".utf8), .gif),
    (0, [0x49, 0x49, 0x2A, 0], .tiff), (0, [0x4D, 0x4D, 0, 0x2A], .tiff),
    (0, [0x49, 0x49, 0x2B, 0], .tiff), (0, [0x4D, 0x4D, 0, 0x2B], .tiff),
    (8, Array("WEBP".utf8), .webp), (8, Array("AVI ".utf8), .avi),
    (4, Array("ftypheic".utf8), .heic), (4, Array("ftypheix".utf8), .heic),
    (4, Array("ftypmif1".utf8), .heic), (4, Array("ftypmsf1".utf8), .heic),
    (4, Array("ftyphevc".utf8), .heic), (4, Array("ftypavif".utf8), .avif),
    (4, Array("ftyp".utf8), .mp4),
    (0, [0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20], .jpeg2000),
    (0, [0xFF, 0x4F, 0xFF, 0x51], .jpeg2000),
    (0, [0xFF, 0x0A], .jpegXL), (0, [0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20], .jpegXL),
    (0, Array("8BPS".utf8), .photoshop),
    (344, Array("n+1\0".utf8), .nifti), (344, Array("ni1\0".utf8), .nifti),
    (4, Array("n+2\0".utf8), .nifti), (4, Array("ni2\0".utf8), .nifti),
    (0, Array("NRRD000".utf8), .nrrd), (0, Array("ObjectType".utf8), .metaImage),
    (0, [0x5C, 1, 0, 0], .analyze), (0, [0, 0, 1, 0x5C], .analyze),
    (0, [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], .hdf5),
    (0, [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], .numpy),
    (0, [0x80, 2, 0x7D], .pickle), (0, [0x80, 3, 0x7D], .pickle), (0, [0x80, 4, 0x95], .pickle),
    (0, [0x80, 5, 0x95], .pickle),
    (0, [0x1F, 0x8B], .gzip), (0, Array("BZh".utf8), .bzip2),
    (0, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], .xz), (0, [0x28, 0xB5, 0x2F, 0xFD], .zstandard),
    (0, [0x50, 0x4B, 3, 4], .zip), (0, [0x50, 0x4B, 5, 6], .zip),
    (0, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], .sevenZip), (0, Array("Rar!".utf8), .rar),
    (257, Array("ustar".utf8), .tar),
    (0, [0x1A, 0x45, 0xDF, 0xA3], .matroska),
    (0, Array("SQLite format 3\0".utf8), .sqlite), (0, [0x7F, 0x45, 0x4C, 0x46], .elf),
  ]

  private static func binary(_ head: [UInt8]) -> FileFormat? {
    for (offset, bytes, format) in signatures
    where head.count >= offset + bytes.count && head[offset...].starts(with: bytes) {
      return format
    }
    // The size of the header of a bitmap.
    if head.count >= 18, head.starts(with: Array("BM".utf8)),
      [12, 40, 52, 56, 64, 108, 124].contains(head[14]), head[15...17].allSatisfy({ $0 == 0 })
    {
      return .bmp
    }
    if head.count >= 3, head[0] == UInt8(ascii: "P"), "1234567".utf8.contains(head[1]),
      [9, 10, 13, 32].contains(head[2])
    {
      return .netpbm
    }
    return head.count >= 16 && head.allSatisfy { $0 == 0 } ? .zeros : nil
  }

  private static func textual(_ head: [UInt8]) -> FileFormat? {
    if head.starts(with: Array("%PDF-".utf8)) { return .pdf }
    var bytes = head[...]
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    // UTF-16 with its mark.
    let isWide = head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF])
    if isWide { return head.count >= 4 ? .text : nil }
    let isText = bytes.allSatisfy { $0 >= 32 && $0 != 127 || [9, 10, 12, 13].contains($0) }
    guard bytes.count >= 2, isText else { return nil }
    let trimmed = bytes.drop { $0 <= 32 }
    let start = String(decoding: trimmed.prefix(200), as: UTF8.self).lowercased()
    if start.hasPrefix("version https://git-lfs") { return .gitLFS }
    if start.hasPrefix("<!doctype html") || start.hasPrefix("<html") || start.hasPrefix("<head") {
      return .html
    }
    if start.hasPrefix("<svg") { return .svg }
    if start.hasPrefix("<?xml") {
      return start.contains("<svg") ? .svg : start.contains("<html") ? .html : .xml
    }
    if start.hasPrefix("{") || start.hasPrefix("[") { return .json }
    return .text
  }
}

import Files
import Foundation
import Imaging

/// Reads the facts of one file.
struct FileReader: Sendable {
  let root: String
  /// What makes hashes of identifiers useless outside of the index.
  let salt: String
  let readsPixels: Bool

  private static let edge = 1 << 14

  func facts(_ path: String, _ stamp: FileStamp) -> FileFacts {
    var facts = FileFacts(path: path)
    facts.stamp = stamp
    let full = root + path
    let head = FileHead.read(full, count: Self.edge)
    let tail = FileHead.read(full, from: max(0, stamp.size - Self.edge), count: Self.edge)
    let hash = FileHash()
    hash.update(Array("\(stamp.size):".utf8))
    hash.update(head)
    hash.update(tail)
    facts.ends = String(hash.finalize().prefix(32))
    // Empty files such as a marker "_SUCCESS" are no damaged images.
    if stamp.size == 0, !FileName.isNameOfImage(path) { return facts }
    if PNG.isPNG(head) || JPEG.isJPEG(head) {
      readPicture(full, &facts)
    } else {
      readDICOM(full, head, &facts)
    }
    return facts
  }

  private func readPicture(_ path: String, _ facts: inout FileFacts) {
    facts.kind = .picture
    do throws(ImageFileError) {
      let isPNG = PNG.isPNG(FileHead.read(path, count: 8))
      facts.header.transferSyntax = isPNG ? "PNG" : "JPEG"
      // The size is in the header, but only decoding tells whether the file is whole.
      guard readsPixels else {
        let size = try Self.pictureSize(path, isPNG: isPNG)
        (facts.header.columns, facts.header.rows) = (size.width, size.height)
        facts.header.photometric = size.isGray ? "gray" : "RGB"
        facts.header.bits = "8 of 8"
        return
      }
      let image = try PixelBuffer(contentsOfImage: path)
      (facts.header.columns, facts.header.rows) = (image.width, image.height)
      facts.header.photometric = image.channels == 1 ? "gray" : "RGB"
      facts.header.bits = "8 of 8"
      facts.pixels = PixelFacts(
        .uint8(image.samples), width: image.width, height: image.height, channels: image.channels,
        bits: 8, isWhole: true)
    } catch {
      facts.fail(error.summary, error.problem)
    }
  }

  private static func pictureSize(
    _ path: String, isPNG: Bool
  ) throws(ImageFileError) -> (width: Int, height: Int, isGray: Bool) {
    guard isPNG else {
      // Large EXIF data comes before the size.
      let size = try JPEG.size(of: FileHead.read(path, count: 1 << 20))
      return (size.width, size.height, size.channels == 1)
    }
    let head = FileHead.read(path, count: 26)
    guard head.count == 26 else {
      throw ImageFileError(.truncated(detail: "PNG: the header is incomplete"), file: path)
    }
    func number(_ at: Int) -> Int { head[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
    return (number(16), number(20), head[25] == 0 || head[25] == 4)
  }

  private func readDICOM(_ path: String, _ head: [UInt8], _ facts: inout FileFacts) {
    do throws(DICOMError) {
      let file = try DICOMFile(contentsOf: path)
      if file.contains(DICOMTag(0x0004, 0x1220)) {
        facts.kind = .directory
        return
      }
      facts.kind = .report
      readIdentity(file, &facts)
      let header: DICOMHeaderFacts
      do throws(DICOMError) {
        header = try DICOMHeaderFacts(file)
      } catch {
        if error.reason == .noPixelData { return }
        throw error
      }
      facts.kind = .dicom
      facts.header = HeaderFacts(header, irregularities: file.irregularities.map(\.rawValue))
      if readsPixels {
        let stored = try file.storedPixels()
        facts.pixels = PixelFacts(
          stored.samples, width: stored.width, height: stored.height,
          channels: stored.samplesPerPixel, bits: header.bitsStored ?? 32,
          isWhole: header.frames == 1)
      }
    } catch {
      if error.reason == .notDICOM {
        facts.kind = Self.isArchive(head) ? .archive : .foreign
      } else {
        facts.fail(error.reason.rawValue, error.detail)
      }
    }
  }

  private func readIdentity(_ file: DICOMFile, _ facts: inout FileFacts) {
    facts.patient = hashed(file.patientID)
    facts.study = hashed(file.string(DICOMTag(0x0020, 0x000D)))
    facts.series = hashed(file.string(DICOMTag(0x0020, 0x000E)))
    facts.instance = hashed(file.sopInstanceUID)
    facts.burnedInAnnotation = file.string(DICOMTag(0x0028, 0x0301))
    facts.identityRemoved = file.string(DICOMTag(0x0012, 0x0062))
    (facts.identifiers, facts.privateCount) = Identifiers.found(in: file)
  }

  private func hashed(_ identifier: String?) -> String? {
    let plain = identifier?.trimmed ?? ""
    return plain.isEmpty ? nil : Self.hash(plain, salt)
  }

  static func hash(_ identifier: String, _ salt: String) -> String {
    String(FileHash.sha256(Array((salt + identifier).utf8)).prefix(24))
  }

  /// Whether a file starts as zip, gzip, bzip2, xz, 7z and rar files do, or is a tar file.
  private static func isArchive(_ head: [UInt8]) -> Bool {
    let starts: [[UInt8]] = [
      [0x50, 0x4B, 0x03, 0x04], [0x50, 0x4B, 0x05, 0x06], [0x1F, 0x8B], [0x42, 0x5A, 0x68],
      [0xFD, 0x37, 0x7A, 0x58, 0x5A], [0x37, 0x7A, 0xBC, 0xAF], [0x52, 0x61, 0x72, 0x21],
    ]
    return starts.contains(where: head.starts(with:))
      || head.dropFirst(257).prefix(5).elementsEqual(Array("ustar".utf8))
  }
}

extension FileFacts {
  fileprivate mutating func fail(_ reason: String, _ detail: String) {
    kind = .unreadable
    fault = reason
    faultDetail = detail
    pixels = nil
  }
}

extension ImageFileError {
  /// The kind of the problem, without its details, to count by.
  fileprivate var summary: String {
    switch reason {
    case .file, .notARegularFile, .outOfMemory: "unreadable"
    case .empty: "empty-file"
    case .notAnImage, .unknownExtension: "not-an-image"
    case .corrupt: "corrupt-pixel-data"
    case .truncated: "truncated"
    case .tooLarge: "too-large"
    case .unsupported: "unsupported-pixel-data"
    }
  }
}

extension HeaderFacts {
  init(_ header: DICOMHeaderFacts, irregularities: [String]) {
    // Texts come from the file and are counted by: a header that breaks the standard's limit of 16 characters is cut.
    func short(_ text: String?) -> String? {
      text.map { String($0.trimmed.prefix(32)).visible }.flatMap { $0.isEmpty ? nil : $0 }
    }
    modality = short(header.modality)
    transferSyntax = header.transferSyntax.map { String($0.prefix(64)) }
    photometric = header.photometric
    bits = header.bits
    view = short(header.view)
    laterality = short(header.laterality)
    bodyPart = short(header.bodyPart)
    if let found = header.spacing {
      spacingKind = found.kind.rawValue
      let (row, column) = (Self.millimeters(found.row), Self.millimeters(found.column))
      spacing = row == column ? row : "\(row) x \(column)"
    }
    columns = header.columns
    rows = header.rows
    frames = header.frames
    windows = Array(header.windows.prefix(4))
    grayTransforms = header.grayTransforms
    isInverted = header.isInverted
    self.irregularities = irregularities
  }

  /// Three significant digits tell detectors apart; more are rounding.
  private static func millimeters(_ value: Double) -> String {
    let digits = value >= 1 ? 2 : 4
    let factor = digits == 2 ? 100.0 : 10000.0
    return "\((value * factor).rounded() / factor)"
  }
}

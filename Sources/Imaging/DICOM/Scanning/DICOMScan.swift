public import Files
import Foundation
import Synchronization

/// An inventory of a folder of DICOM files: counts by property, and the files that cannot be used.
///
/// Files are recognized by their content. Pixels are not decoded, so truncated files are found but
/// not corruption inside of compressed pixels.
public struct DICOMScan: Sendable {
  /// A property that images are counted by; the raw value is its title in `summary(limit:)`.
  package enum Property: String, Sendable, CaseIterable {
    /// The modality, such as `CR`; `none` if the file does not state it, here and below.
    case modality
    /// The name of the transfer syntax.
    case transferSyntax = "transfer syntax"
    /// The photometric interpretation.
    case photometricInterpretation = "photometric interpretation"
    /// The bits per sample, such as `12 of 16 signed`.
    case bits
    /// The view position, such as `PA`.
    case viewPosition = "view"
    /// The kind of pixel spacing: `calibrated`, `detector`, `unknown` or `none`.
    case pixelSpacing = "pixel spacing"
    /// Columns and rows, such as `1024 x 1024`, followed by the frames if there are several.
    case size
    /// What displaying a grayscale image applies: `rescale`, `modality table`, `window`, `VOI
    /// table`, `MONOCHROME1 inversion`, `presentation table inversion`. An image counts once for each.
    case grayTransforms = "gray values"
    /// How the file differs from the standard's form.
    case irregularities = "irregular files"
  }

  /// The number of files of any kind, except hidden ones.
  package private(set) var fileCount = 0
  /// The number of DICOM files with pixels.
  package private(set) var imageCount = 0
  /// The number of DICOM files without pixels, such as reports and plans.
  package private(set) var otherCount = 0
  /// The number of DICOM media directories (DICOMDIR).
  package private(set) var directoryCount = 0
  /// The paths of archives, such as zip files, sorted; they are not unpacked.
  package private(set) var archives: [String] = []
  /// The paths of links whose target does not exist, sorted.
  package let danglingLinks: [String]
  /// The paths of pipes, sockets and devices, sorted; they are not read.
  package let specialFiles: [String]
  /// The subfolders that cannot be read.
  public let unreadableFolders: [FileError]
  /// The number of hidden files and folders, which are not read.
  package let hiddenCount: Int
  /// The paths of the files that are not DICOM, sorted; empty files are among `faults`, archives are not listed.
  package private(set) var foreignFiles: [String] = []
  /// The DICOM files that cannot be read, or have unsupported pixels, sorted by path.
  public private(set) var faults: [DICOMError] = []
  /// The number of distinct patient identifiers.
  package private(set) var patientCount = 0
  /// The number of images without a patient identifier.
  package private(set) var imagesWithoutPatient = 0
  /// The SOP instance UIDs that several images share, with the sorted paths of the images.
  package private(set) var duplicates: [String: [String]] = [:]
  private var counts: [Property: [String: Int]] = [:]

  /// Whether no DICOM file was found, readable or not.
  public var isEmpty: Bool {
    imageCount + otherCount + directoryCount == 0 && faults.isEmpty
  }

  /// Scans a folder and its subfolders; links are followed.
  ///
  /// - Parameters:
  ///   - folder: The path of the folder.
  ///   - threads: The number of threads. Default: all cores.
  ///   - progress: Called from any thread with the number of scanned files and of all files.
  /// - Precondition: `threads` is at least 1.
  /// - Throws: `DICOMError` if the folder cannot be read. Unreadable files are among `faults`.
  public init(
    of folder: String, threads: Int? = nil,
    progress: (@Sendable (_ done: Int, _ total: Int) -> Void)? = nil
  ) throws(DICOMError) {
    precondition(threads.map { $0 >= 1 } ?? true, "threads is at least 1, not \(threads ?? 0)")
    let walk = try DICOMError.walk(folder)
    let paths = walk.files
    danglingLinks = walk.danglingLinks
    specialFiles = walk.specialFiles
    unreadableFolders = walk.unreadableFolders
    hiddenCount = walk.hiddenCount
    let workers = threads ?? ProcessLimits.cores
    let next = Atomic<Int>(0)
    let results = Mutex((done: 0, files: [ScannedFile?](repeating: nil, count: paths.count)))
    concurrently(max(1, min(workers, paths.count))) {
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < paths.count else { return }
        let file = ScannedFile(path: paths[index])
        let done = results.withLock { results in
          results.files[index] = file
          results.done += 1
          return results.done
        }
        if done % 256 == 0 || done == paths.count { progress?(done, paths.count) }
      }
    }
    count(results.withLock { $0.files.compactMap(\.self) })
  }

  /// The number of images by value of a property.
  package func counts(by property: Property) -> [String: Int] { counts[property] ?? [:] }

  private mutating func count(_ files: [ScannedFile]) {
    fileCount = files.count
    var patients: Set<String> = []
    var instances: [String: [String]] = [:]
    for file in files {
      switch file.kind {
      case .foreign: foreignFiles.append(file.path)
      case .archive: archives.append(file.path)
      case .directory: directoryCount += 1
      case .other: otherCount += 1
      case .fault(let error): faults.append(error)
      case .image(let properties, let patient, let instance):
        imageCount += 1
        for (property, values) in properties {
          for value in values { counts[property, default: [:]][value, default: 0] += 1 }
        }
        if let patient {
          patients.insert(patient)
        } else {
          imagesWithoutPatient += 1
        }
        if let instance { instances[instance, default: []].append(file.path) }
      }
    }
    patientCount = patients.count
    duplicates = instances.filter { $0.value.count > 1 }
  }
}

extension DICOMScan {
  /// The scan as text: counts, tables by property, duplicates and unreadable files.
  ///
  /// - Parameter limit: The maximum number of lines of each list, such as of unreadable files.
  /// - Returns: Several lines without a final newline.
  /// - Precondition: `limit` is not negative.
  public func summary(limit: Int = 20) -> String {
    precondition(limit >= 0, "the limit is at least 0, not \(limit)")
    var lines = [
      "\(fileCount) files: \(imageCount) DICOM images, \(otherCount) other DICOM, "
        + "\(directoryCount) DICOMDIR, \(foreignFiles.count + archives.count) of other kinds, "
        + "\(faults.count) unreadable",
      "\(patientCount) patients; \(imagesWithoutPatient) images without a patient ID",
    ]
    for property in Property.allCases where !counts(by: property).isEmpty {
      lines += ["", property.rawValue]
      let sorted = counts(by: property).sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      for (value, count) in sorted.prefix(12) {
        let number = String(count)
        lines.append(
          "  " + String(repeating: " ", count: max(0, 8 - number.count)) + number + "  " + value)
      }
    }
    func list(_ title: String, _ entries: [String]) {
      guard !entries.isEmpty else { return }
      lines += ["", title] + entries.prefix(limit).map { "  " + FileName.shown($0) }
      if entries.count > limit { lines.append("  and \(entries.count - limit) more") }
    }
    list(
      "\(duplicates.count) SOP instance UIDs occur in several files:",
      duplicates.values.sorted { ($0.first ?? "") < ($1.first ?? "") }
        .map { $0.joined(separator: " = ") })
    list("archives, which are not read; unpack them", archives)
    list("links whose target does not exist", danglingLinks)
    list("pipes, sockets and devices, which are not read", specialFiles)
    list("folders that cannot be read", unreadableFolders.map(\.description))
    if hiddenCount > 0 { lines += ["", "\(hiddenCount) hidden files or folders are not read"] }
    list("unreadable", faults.map(\.description))
    return lines.joined(separator: "\n")
  }
}

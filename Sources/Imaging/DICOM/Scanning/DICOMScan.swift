import Foundation

/// What lies in a folder of DICOM files: counts, and what is wrong with which file.
///
/// Files are told by their content, not by their names. Their data sets are read, not their pixels
/// decoded, so a scan finds files that are cut short but not damage inside compressed pixels.
public struct DICOMScan: Sendable {
  /// A file that cannot be used, and why.
  public struct Fault: Sendable, Hashable {
    /// The file's path.
    public let path: String
    /// What kind of fault it is.
    public let kind: DICOMError.Kind
    /// One sentence with the file, the reason and the way out.
    public let reason: String
  }

  /// How often something occurs.
  public typealias Table = [String: Int]

  /// Files that are not hidden, of any kind.
  public internal(set) var fileCount = 0
  /// Usable DICOM files with pixels.
  public internal(set) var imageCount = 0
  /// DICOM files without pixels: reports, plans.
  public internal(set) var otherCount = 0
  /// DICOM media directories (DICOMDIR).
  public internal(set) var directoryCount = 0
  /// Files that are not DICOM, sorted; empty files are among `faults`.
  public internal(set) var foreignFiles: [String] = []
  /// DICOM files that cannot be read, or whose pixels are of no supported kind, sorted by path.
  public internal(set) var faults: [Fault] = []
  /// Images that have no preamble, sorted.
  public internal(set) var headlessFiles: [String] = []
  /// Images by modality; `none` where the file does not say, here and below.
  public internal(set) var modalities: Table = [:]
  /// Images by transfer syntax, by name.
  public internal(set) var transferSyntaxes: Table = [:]
  /// Images by photometric interpretation.
  public internal(set) var photometricInterpretations: Table = [:]
  /// Images by bits, such as `12 of 16 signed`.
  public internal(set) var bits: Table = [:]
  /// Images by view position.
  public internal(set) var viewPositions: Table = [:]
  /// Images by what their pixel spacing means: `calibrated`, `detector`, `unknown` or `none`.
  public internal(set) var spacings: Table = [:]
  /// Images by size, columns first, such as `1024 x 1024`, with ` x 15 frames` if there are several.
  public internal(set) var sizes: Table = [:]
  /// What displaying a gray-scale image applies: `rescale`, `modality table`, `window`, `VOI table`,
  /// `MONOCHROME1 inversion`; an image counts in each that it has.
  public internal(set) var applied: Table = [:]
  /// Different patient identifiers among the images.
  public internal(set) var patientCount = 0
  /// Images without a patient identifier.
  public internal(set) var imagesWithoutPatient = 0
  /// SOP instance identifiers that several images share, with their paths, sorted.
  public internal(set) var duplicates: [String: [String]] = [:]

  /// Scans a folder and its subfolders.
  ///
  /// - Parameters:
  ///   - folder: The folder's path.
  ///   - threads: How many files are read at a time; `nil`: one per processor.
  ///   - progress: Called now and then, from any thread, with the number of files done and in all.
  /// - Precondition: `threads` is at least 1.
  /// - Throws: `DICOMError` if the folder cannot be read; files that cannot be read are among `faults`.
  public init(
    of folder: String, threads: Int? = nil,
    progress: (@Sendable (_ done: Int, _ all: Int) -> Void)? = nil
  ) throws(DICOMError) {
    precondition(threads.map { $0 >= 1 } ?? true, "a scan needs a thread, not \(threads ?? 0)")
    let paths = try regularFiles(below: folder)
    let workers = threads ?? ProcessInfo.processInfo.activeProcessorCount
    let results = ScanResults(count: paths.count)
    DispatchQueue.concurrentPerform(iterations: max(1, min(workers, paths.count))) { _ in
      while let index = results.next() {
        let finding = ScanFinding(path: paths[index])
        let done = results.put(finding, at: index)
        if done % 256 == 0 || done == paths.count { progress?(done, paths.count) }
      }
    }
    tally(results.findings)
  }

  private mutating func tally(_ findings: [ScanFinding]) {
    fileCount = findings.count
    var patients: Set<String> = []
    var instances: [String: [String]] = [:]
    for finding in findings {
      switch finding.outcome {
      case .foreign: foreignFiles.append(finding.path)
      case .directory: directoryCount += 1
      case .other: otherCount += 1
      case .fault(let error):
        faults.append(Fault(path: finding.path, kind: error.kind, reason: error.description))
      case .image(let image):
        imageCount += 1
        if image.isHeadless { headlessFiles.append(finding.path) }
        modalities[image.modality ?? "none", default: 0] += 1
        transferSyntaxes[image.transferSyntax, default: 0] += 1
        photometricInterpretations[image.photometric, default: 0] += 1
        bits[image.bits, default: 0] += 1
        viewPositions[image.viewPosition ?? "none", default: 0] += 1
        spacings[image.spacing?.rawValue ?? "none", default: 0] += 1
        sizes[image.size, default: 0] += 1
        for step in image.applied { applied[step, default: 0] += 1 }
        if let patient = image.patient {
          patients.insert(patient)
        } else {
          imagesWithoutPatient += 1
        }
        if let instance = image.instance { instances[instance, default: []].append(finding.path) }
      }
    }
    patientCount = patients.count
    duplicates = instances.filter { $0.value.count > 1 }
  }
}

/// What the threads of a scan share.
///
/// `@unchecked Sendable`: everything is touched only between `lock` and `unlock`.
private final class ScanResults: @unchecked Sendable {
  private let lock = NSLock()
  private var upcoming = 0
  private var done = 0
  private var slots: [ScanFinding?]

  init(count: Int) { slots = Array(repeating: nil, count: count) }

  /// The next file to look at; `nil` when all are taken.
  func next() -> Int? {
    lock.withLock {
      guard upcoming < slots.count else { return nil }
      upcoming += 1
      return upcoming - 1
    }
  }

  /// Keeps a finding and says how many there are.
  func put(_ finding: ScanFinding, at index: Int) -> Int {
    lock.withLock {
      slots[index] = finding
      done += 1
      return done
    }
  }

  var findings: [ScanFinding] { lock.withLock { slots.compactMap { $0 } } }
}

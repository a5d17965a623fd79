import Files
import Foundation
import Imaging
import Tensors

/// What an item's file tells about the image and the patient.
package struct ItemFacts: Sendable {
  /// The file; nil if it does not exist.
  package var identity: FileIdentity?
  /// The SOP Instance UID of a DICOM file.
  package var instance: String?
  /// The patient that a DICOM file names; with its issuer, where all files of this PatientID name one.
  package var patient: String?
  /// IssuerOfPatientID.
  private var issuer: String?
  /// A checksum, where another file has the same size.
  package var digest: String?
  /// Rows and columns as the header says.
  package var size: ImageSize?
  /// Whether the file begins as an image does; damaged files may be equal without showing the same.
  private var isImage = false

  /// Gathers the facts of files.
  ///
  /// Reads the headers of DICOM files and, of files with the same size, the first and the last bytes; whole files only
  /// where these are equal.
  ///
  /// - Parameters:
  ///   - paths: The files; those that cannot be read have no facts.
  ///   - threads: Threads that read.
  /// - Returns: The facts, and the number of files whose patient is taken as a placeholder because most have it.
  package static func gather(
    _ paths: [String], threads: Int = Compute.cores
  ) -> (facts: [ItemFacts], placeholders: Int) {
    var facts = concurrentMap(paths, threads: threads) { ItemFacts(header: $0) }
    let placeholders = removePlaceholders(&facts)
    addIssuers(&facts)
    addDigests(&facts, paths, threads)
    return (facts, placeholders)
  }

  package init(header path: String) {
    identity = FileIdentity(path)
    guard identity?.isFile == true else { return }
    let start = Self.bytes(of: path, from: 0, count: 132)
    isImage = [[0x89, 0x50, 0x4E, 0x47], [0xFF, 0xD8, 0xFF]].contains { start.starts(with: $0) }
    if isImage {
      size = ImageFileSize.of(
        head: Self.bytes(of: path, from: 0, count: start[0] == 0x89 ? 132 : ImageFileSize.headCount)
      ).map { ImageSize(height: $0.height, width: $0.width) }
    }
    guard Self.isDICOM(path, start), let file = try? DICOMFile.readHeader(of: path) else { return }
    isImage = true
    instance = file.sopInstanceUID?.trimmed
    patient = file.patientID?.trimmed
    if let rows = file.rows, let columns = file.columns, rows > 0, columns > 0 {
      size = ImageSize(height: rows, width: columns)
    }
    issuer = file.issuerOfPatientID?.trimmed
  }

  private static func isDICOM(_ path: String, _ start: [UInt8]) -> Bool {
    let name = path.lowercased()
    if name.hasSuffix(".dcm") || name.hasSuffix(".dicom") { return true }
    return start.dropFirst(128).elementsEqual("DICM".utf8)
  }

  /// Removes identifiers that say nothing: empty ones, words such as "ANON", and one that most files have.
  ///
  /// - Returns: The number of files with a patient that most have.
  static func removePlaceholders(_ facts: inout [ItemFacts]) -> Int {
    func common(_ values: [String]) -> String? {
      var counts: [String: Int] = [:]
      for value in values { counts[value, default: 0] += 1 }
      guard let most = counts.max(by: { $0.value < $1.value }), most.value > 1 else { return nil }
      let isAll = most.value == values.count
      return isAll || values.count >= 20 && most.value * 2 > values.count ? most.key : nil
    }
    let instance = common(facts.compactMap(\.instance))
    for i in facts.indices {
      if facts[i].instance == instance || facts[i].instance == "" { facts[i].instance = nil }
      if facts[i].patient.map({ $0.isEmpty || MissingValue.isPlaceholder($0) }) ?? false {
        facts[i].patient = nil
      }
    }
    guard let patient = common(facts.compactMap(\.patient)) else { return 0 }
    var count = 0
    for i in facts.indices where facts[i].patient == patient {
      facts[i].patient = nil
      count += 1
    }
    return count
  }

  /// Tells patients apart who have one PatientID of different issuers.
  ///
  /// If a file names no issuer, it can be any of them, so all of this PatientID count as one patient.
  static func addIssuers(_ facts: inout [ItemFacts]) {
    var issuers: [String: Set<String>] = [:]
    for fact in facts {
      if let patient = fact.patient { issuers[patient, default: []].insert(fact.issuer ?? "") }
    }
    for i in facts.indices {
      guard let patient = facts[i].patient, let issuer = facts[i].issuer,
        let known = issuers[patient], known.count > 1, !known.contains("")
      else { continue }
      facts[i].patient = "\(patient) (\(issuer))"
    }
  }

  private static let edge = 1 << 14

  /// Computes checksums of files with the same size.
  private static func addDigests(_ facts: inout [ItemFacts], _ paths: [String], _ threads: Int) {
    var sizes: [Int: [FileIdentity: Int]] = [:]
    for (index, fact) in facts.enumerated() {
      guard let identity = fact.identity, fact.isImage else { continue }
      if sizes[identity.size]?[identity] == nil {
        sizes[identity.size, default: [:]][identity] = index
      }
    }
    let known = facts.map { $0.identity?.size ?? 0 }
    let alike = sizes.values.filter { $0.count > 1 }.flatMap(\.values)
    let edges = concurrentMap(alike, threads: threads) { index -> String in
      let size = known[index]
      let ends =
        bytes(of: paths[index], from: 0, count: edge)
        + bytes(of: paths[index], from: max(0, size - edge), count: edge)
      return "\(size) \(FileHash.sha256(ends))"
    }
    var groups: [String: [Int]] = [:]
    for (index, digest) in zip(alike, edges) { groups[digest, default: []].append(index) }
    let equal = groups.values.filter { $0.count > 1 }.flatMap(\.self)
    let digests = concurrentMap(equal, threads: threads) { try? FileHash.sha256(ofFile: paths[$0]) }
    for (index, digest) in zip(equal, digests) { facts[index].digest = digest }
  }

  static func bytes(of path: String, from offset: Int, count: Int) -> [UInt8] {
    let descriptor = open(FileName.bytes(of: path), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: count)
    let read = pread(descriptor, &bytes, count, off_t(offset))
    return Array(bytes.prefix(max(0, read)))
  }
}

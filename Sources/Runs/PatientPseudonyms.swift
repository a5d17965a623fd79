package import DataBlocks
import Files
import Foundation
import Synchronization

/// Pseudonyms of patients in the tables that runs write: salted hashes of their identifiers.
///
/// The salt is random, 256 bits, and kept for the user, not in runs or data: in `lightbox/patient-salt` of
/// `$XDG_STATE_HOME`, else of `~/.local/state` (`LIGHTBOX_PATIENT_SALT` names another file). So a user's tables name a
/// patient alike, the same training writes the same bytes, and who gets a run cannot find identifiers by trying them,
/// as could be done with a salt beside the hashes. Without a place to keep it, each process has its own salt.
package struct PatientPseudonyms: Sendable {
  private static let byteCount = 32
  private static let ofProcess = Mutex<[String: [UInt8]]>([:])
  private let salt: [UInt8]
  /// That the salt is not kept, so that pseudonyms differ between runs of the program; nil if it is.
  package let warning: DataWarning?

  /// Uses the user's salt.
  package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    let path = Self.path(environment)
    salt = Self.ofProcess.withLock { known in
      if let salt = known[path] { return salt }
      let salt = Self.read(path) ?? Self.create(path)
      known[path] = salt
      return salt
    }
    warning = Self.read(path) == nil ? DataWarning(.saltNotKept(path: path)) : nil
  }

  /// The pseudonym of a patient, 16 hexadecimal digits; empty if the patient is not known.
  package func callAsFunction(_ patient: String?) -> String {
    guard let patient else { return "" }
    return String(FileHash.sha256(Data(salt + Array(patient.utf8))).prefix(16))
  }

  private static func path(_ environment: [String: String]) -> String {
    func given(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    if let own = given("LIGHTBOX_PATIENT_SALT") { return own }
    let home = given("HOME") ?? NSHomeDirectory()
    return "\(given("XDG_STATE_HOME") ?? "\(home)/.local/state")/lightbox/patient-salt"
  }

  private static func read(_ path: String) -> [UInt8]? {
    guard FileName.irregularity(of: path) == nil, FileName.exists(path),
      let data = try? readFile(path, limit: 1 << 10), data.count >= byteCount
    else { return nil }
    return [UInt8](data)
  }

  /// Creates a salt and keeps it, if possible; of two processes that do so at once, the first one's stays.
  private static func create(_ path: String) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    let salt = (0..<byteCount).map { _ in UInt8.random(in: 0...255, using: &generator) }
    try? createFolder(PathParts(path).parent)
    let part = "\(path).\(getpid())"
    let descriptor = open(FileName.bytes(of: part), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return salt }
    let written = write(descriptor, salt, salt.count)
    close(descriptor)
    defer { unlink(FileName.bytes(of: part)) }
    guard written == salt.count else { return salt }
    if link(FileName.bytes(of: part), FileName.bytes(of: path)) == 0 { return salt }
    return read(path) ?? salt
  }
}

import DataBlocks
package import Files
import Foundation
public import Training

/// The folder of a training run: `run.json`, `metrics.sqlite`, `checkpoints/`, `figures/`.
///
/// Files are written atomically, so the folder stays readable if the process is killed.
public final class RunFolder: CheckpointStore {
  /// The path of the folder.
  public let path: String

  /// The path of the settings.
  package var settingsPath: String { path + "/run.json" }
  /// The path of the settings as input for another run.
  package var tomlPath: String { path + "/run.toml" }
  /// The path of the database, for `RunLog`.
  public var databasePath: String { path + "/metrics.sqlite" }
  /// Added to the metadata of each checkpoint.
  package var metadata: [String: String] = [:]

  /// Folders that were created for this run, parents first.
  private let created: [String]
  private var lock: FolderLock?

  /// Removes what a run has written, and the folders that were created for it.
  package func removeContent() {
    let tables = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter(
      Self.isTable)
    for name in Self.entries + tables {
      try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }
    release()
    // Only empty folders are removed: another run may have begun in them.
    for folder in created.reversed() { rmdir(folder) }
  }

  private static let entries = [
    "run.json", "run.toml", "state.safetensors", "split.csv", "metrics.sqlite",
    "metrics.sqlite-wal", "metrics.sqlite-shm",
    "checkpoints",
    "figures",
  ]
  /// A table of epochs that a callback wrote.
  private static func isTable(_ name: String) -> Bool { name.hasSuffix(".csv") }
  static let lockName = "run.lock"

  /// Creates the folder of a new run and locks it: one process at a time writes to a run.
  ///
  /// The lock is released when the object is destroyed, or when the process ends.
  ///
  /// - Throws: `RunError` if the folder exists and is not empty, or if another process uses it, `FileError` if it
  ///   cannot be created.
  public init(creating path: String) throws {
    self.path = path.count > 1 && path.hasSuffix("/") ? Self.trimmed(path) : path
    var created: [String] = []
    do {
      var lock: FolderLock?
      // Another process that failed may remove the folder between the two calls.
      for attempt in 0..<10 where lock == nil {
        created += try createFolder(self.path).filter { !created.contains($0) }
        do {
          lock = try Self.takeLock(self.path)
        } catch let error as FileError
          where attempt < 9 && error.reason == .unwritable(errno: ENOENT)
        {
          continue
        }
      }
      self.lock = lock
      self.created = created
    } catch {
      for folder in created.reversed() { rmdir(folder) }
      throw error
    }
    do {
      try checkEmpty()
      for folder in ["checkpoints", "figures"] { try createFolder("\(self.path)/\(folder)") }
    } catch {
      release()
      for folder in created.reversed() { rmdir(folder) }
      throw error
    }
  }

  private static func trimmed(_ path: String) -> String {
    let trimmed = path.reversed().drop { $0 == "/" }
    return trimmed.isEmpty ? "/" : String(trimmed.reversed())
  }

  private static func takeLock(_ path: String) throws -> FolderLock {
    let file = "\(path)/\(lockName)"
    if let lock = try FolderLock.acquire(file) { return lock }
    switch FolderLock.state(of: file) {
    case .held(let owner), .left(let owner):
      throw RunError(.inUse(pid: owner?.pid, host: owner?.host), path: path)
    case .free: throw RunError(.inUse(pid: nil, host: nil), path: path)
    }
  }

  /// Refuses a folder with files, but for what a process leaves that is killed before it writes `run.json`.
  private func checkEmpty() throws {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      throw FileError(.unreadable(errno: systemCode(of: error) ?? EIO), path: path)
    }
    if removeFailedRun(names) { return }
    for name in names where name != Self.lockName {
      let entry = "\(path)/\(name)"
      let isLeft =
        name == "checkpoints" || name == "figures"
        ? rmdir(entry) == 0
        : name.hasPrefix(".run.json.") && name.hasSuffix(".part") && unlink(entry) == 0
      if isLeft { continue }
      throw earlierRun(names) ?? RunError(.folderNotEmpty, path: path)
    }
  }

  /// Removes a run that failed before its first checkpoint, so that the same command can run again.
  ///
  /// - Returns: Whether the folder had such a run, and nothing else.
  private func removeFailedRun(_ names: [String]) -> Bool {
    guard names.contains("run.json"),
      names.allSatisfy({
        $0 == Self.lockName || Self.entries.contains($0) || Self.isTable($0)
      }),
      checkpoints.isEmpty, (try? RunLog(reading: databasePath).status()) == "failed",
      rmdir("\(path)/figures") == 0 || errno == ENOENT
    else { return false }
    for name in names where name != Self.lockName {
      try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }
    return true
  }

  /// Why a run in the folder ended early; nil if it did not.
  private func earlierRun(_ names: [String]) -> RunError? {
    guard names.contains("run.json") else { return nil }
    let status = (try? RunLog(reading: databasePath).status()) ?? nil
    guard status != "finished" else { return nil }
    let checkpoint = ["last", "best"].first(where: hasCheckpoint).map(checkpointPath)
    // This process has the lock, so no other one runs.
    let shown = status == nil || status == "running" ? "died" : status ?? ""
    return RunError(.endedEarly(status: shown, checkpoint: checkpoint), path: path)
  }

  /// Opens the folder of an existing run.
  ///
  /// - Throws: `RunError` if it has no `run.json`.
  public init(opening path: String) throws(RunError) {
    self.path = path
    created = []
    guard Self.exists("\(path)/run.json") else {
      if case .left = FolderLock.state(of: "\(path)/\(Self.lockName)") {
        throw RunError(.diedBeforeSettings, path: path)
      }
      throw RunError(
        Self.firstRun(in: path).map { .severalRuns(first: $0) } ?? .notARun, path: path)
    }
  }

  /// The first folder in a folder that is a run; nil if there is none.
  private static func firstRun(in path: String) -> String? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.sorted().first { hasSettings("\(path)/\($0)") }
  }

  /// Whether a folder has the settings of a run.
  package static func hasSettings(_ path: String) -> Bool { exists("\(path)/run.json") }

  /// Whether a run failed before it had weights or a state, so that a new one may take its folder.
  package var isUnused: Bool {
    guard !hasState, checkpoints.isEmpty else { return false }
    return (try? RunLog.statusOfRun(self)) == "failed"
  }

  /// Removes all checkpoints: a run starts again.
  package func removeCheckpoints() {
    for name in checkpoints { try? FileManager.default.removeItem(atPath: checkpointPath(name)) }
  }

  private static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
  }

  /// Locks the folder of an existing run, to continue it.
  ///
  /// - Throws: `RunError` if another process uses it, `FileError` if it is not writable.
  package func takeLock() throws { if lock == nil { lock = try Self.takeLock(path) } }

  /// Releases the lock: the run is over.
  package func release() {
    lock?.release()
    lock = nil
  }

  /// Whether a process, this or another, writes to the run.
  package var isInUse: Bool {
    if case .held = FolderLock.state(of: "\(path)/\(Self.lockName)") { return true }
    return false
  }

  /// Writes the settings completely or not at all.
  ///
  /// - Throws: What the encoder throws, or an error that names the file if it cannot be written.
  package func writeSettings(_ settings: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try Files.AtomicFile.write(
      String(decoding: try encoder.encode(settings), as: UTF8.self) + "\n", to: settingsPath)
  }

  /// Writes the settings as input for another run: `run.toml`.
  ///
  /// - Throws: `FileError`.
  package func writeTOML(_ text: String) throws(FileError) {
    try Files.AtomicFile.write(text, to: tomlPath)
  }

  /// Reads the settings.
  ///
  /// - Throws: `FileError` if the file cannot be read, `RunError` if it cannot be decoded, or the
  ///   `LightboxError` that the settings throw themselves.
  package func settings<Settings: Decodable>(as type: Settings.Type) throws -> Settings {
    do {
      return try JSONDocument(readFile(settingsPath, limit: Self.settingsLimit)).decode(type)
    } catch let fault as JSONFault {
      throw RunError(.invalidSettings(fault), path: settingsPath)
    } catch let error as RunError {
      throw error.at(settingsPath)
    } catch let error as DataError {
      throw error.at(settingsPath)
    }
  }

  /// Bytes of the largest `run.json`: some 100,000 long names of classes.
  private static let settingsLimit = 16 << 20

  /// The path of a checkpoint.
  public func checkpointPath(_ name: String) -> String { "\(path)/checkpoints/\(name).safetensors" }

  /// Whether a checkpoint of this name exists.
  package func hasCheckpoint(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: checkpointPath(name))
  }

  /// Names of the existing checkpoints, sorted.
  package var checkpoints: [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints")) ?? []
    let suffix = ".safetensors"
    return files.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }.sorted()
  }

  /// Whether a folder has a run, or what a killed one left.
  static func isRun(_ path: String) -> Bool {
    if exists("\(path)/run.json") { return true }
    if case .left = FolderLock.state(of: "\(path)/\(lockName)") { return true }
    return false
  }
}

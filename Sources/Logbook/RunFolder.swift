import DataBlocks
import Files
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
  /// The path of the database, for `RunLog`.
  public var databasePath: String { path + "/metrics.sqlite" }
  /// Added to the metadata of each checkpoint.
  package var metadata: [String: String] = [:]

  private let existedBefore: Bool

  /// Removes what a run has written, and the folder itself unless it existed before the run.
  package func removeContent() {
    let files = FileManager.default
    guard existedBefore else {
      try? files.removeItem(atPath: path)
      return
    }
    for name in [
      "run.json", "split.csv", "metrics.sqlite", "metrics.sqlite-wal", "metrics.sqlite-shm",
      "checkpoints",
      "figures",
    ] {
      try? files.removeItem(atPath: "\(path)/\(name)")
    }
  }

  /// Creates the folder of a new run.
  ///
  /// - Throws: `RunError` if the folder exists and is not empty, `FileError` if it cannot be created.
  public init(creating path: String) throws {
    self.path = path
    existedBefore = FileManager.default.fileExists(atPath: path)
    if let content = try? FileManager.default.contentsOfDirectory(atPath: path), !content.isEmpty {
      throw RunError(.folderNotEmpty, path: path)
    }
    for folder in [path, path + "/checkpoints", path + "/figures"] { try createFolder(folder) }
  }

  /// Opens the folder of an existing run.
  ///
  /// - Throws: `RunError` if it has no `run.json`.
  public init(opening path: String) throws(RunError) {
    self.path = path
    existedBefore = true
    guard FileManager.default.fileExists(atPath: path + "/run.json") else {
      throw RunError(.notARun, path: path)
    }
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

  /// Reads the settings.
  ///
  /// - Throws: `FileError` if the file cannot be read, `RunError` if it cannot be decoded, or the
  ///   `LightboxError` that the settings throw themselves.
  package func settings<Settings: Decodable>(as type: Settings.Type) throws -> Settings {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: settingsPath))
    } catch {
      throw FileError(.unreadable(errno: systemCode(of: error) ?? EIO), path: settingsPath)
    }
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch let error as DataError {
      throw error.at(settingsPath)
    } catch let error as any LightboxError {
      throw error
    } catch {
      throw RunError(.invalidSettings("\(error)"), path: settingsPath)
    }
  }

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

  /// Runs directly below a folder, sorted by name; the folder itself if it is a run.
  package static func runs(below folder: String) -> [RunFolder] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let found = names.sorted().compactMap { try? RunFolder(opening: "\(folder)/\($0)") }
    return found.isEmpty ? (try? [RunFolder(opening: folder)]) ?? [] : found
  }
}

import DataBlocks
package import Files
import Foundation
import Logbook
package import Models
import Settings

/// The folder of a sweep: `sweep.toml` (the settings file), `sweep.json` (where it was), `trials.csv`, a run folder
/// per trial, and `failed/` with the reasons of trials that failed.
package struct Sweep: Sendable {
  /// The folder.
  package let path: String
  /// The trials.
  package let plan: SweepPlan

  static let settingsName = "sweep.toml"
  static let sourceName = "sweep.json"
  static let tableName = "trials.csv"
  static let failedName = "failed"

  /// Where the settings file was, to which relative paths are relative.
  private struct Source: Codable {
    let format: Int
    let version: String
    let file: String
  }

  /// Plans a sweep and writes its folder.
  ///
  /// - Parameters:
  ///   - file: A settings file with a table `[sweep]`.
  ///   - path: The folder to create.
  ///   - known: The architectures to look up. Add your own.
  /// - Returns: The sweep, and whether it was planned before from the same file.
  /// - Throws: `SettingsError` with all that is wrong; `SweepError` if the folder has another sweep; `RunError` if it
  ///   has anything else; `DataError`, `FileError`.
  package static func plan(
    _ file: String, in path: String, among known: [Architecture] = Architecture.all
  ) throws -> (sweep: Sweep, isOld: Bool) {
    let text = try readFile(file, limit: TrainingPlan.fileLimit)
    let source = SplitRecord.absolute(file)
    let plan = try SweepPlan([UInt8](text), named: file, at: source)
    if FileName.exists("\(path)/\(settingsName)") {
      let old = try Sweep(path)
      guard try readFile("\(path)/\(settingsName)", limit: TrainingPlan.fileLimit) == text,
        PathParts(old.plan.file).folder == PathParts(source).folder
      else { throw SweepError(.otherSweep(file: old.plan.file), path: path) }
      return (old, true)
    }
    try checkEmpty(path)
    try plan.check(among: known)
    try createFolder(path)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let facts = Source(format: 1, version: lightboxVersion, file: source)
    try AtomicFile.write(
      String(decoding: try encoder.encode(facts), as: UTF8.self) + "\n",
      to: "\(path)/\(sourceName)")
    try AtomicFile.write(plan.table, to: "\(path)/\(tableName)")
    // The last one: the folder is a sweep from now on.
    try AtomicFile.write(text, to: "\(path)/\(settingsName)")
    return (Sweep(path: path, plan: plan), false)
  }

  private init(path: String, plan: SweepPlan) {
    self.path = path
    self.plan = plan
  }

  /// Refuses a folder with anything but what a killed process left of planning.
  private static func checkEmpty(_ path: String) throws {
    guard FileName.exists(path) else { return }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      throw FileError(.unreadable(errno: systemCode(of: error) ?? EIO), path: path)
    }
    let isLeft = names.allSatisfy { name in
      [sourceName, tableName].contains(name) || name.hasSuffix(".part")
    }
    guard isLeft else { throw RunError(.folderNotEmpty, path: path) }
  }

  /// Opens the folder of a sweep.
  ///
  /// - Throws: `SweepError` if it is none, or was changed; `SettingsError`, `FileError`.
  package init(_ path: String) throws {
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    self.path = path
    let settings = "\(path)/\(Self.settingsName)"
    guard FileName.exists(settings) else { throw SweepError(.notASweep, path: path) }
    let source: Source
    let sourcePath = "\(path)/\(Self.sourceName)"
    do {
      source = try JSONDocument(readFile(sourcePath, limit: 1 << 16)).decode(Source.self)
    } catch let fault as JSONFault {
      throw SweepError(.damaged(fault.problem), path: sourcePath)
    }
    plan = try SweepPlan(
      [UInt8](try readFile(settings, limit: TrainingPlan.fileLimit)), named: settings,
      at: source.file)
    let table = "\(path)/\(Self.tableName)"
    guard try readFile(table, limit: 1 << 28) == Data(plan.table.utf8) else {
      throw SweepError(.otherTrials, path: table)
    }
  }

  /// The folder of a trial's run.
  package func folder(_ index: Int) -> String { "\(path)/\(plan.folder(index))" }

  /// The file with the reason why a trial failed.
  func failurePath(_ index: Int) -> String {
    "\(path)/\(Self.failedName)/\(plan.folder(index)).txt"
  }

  /// A trial by its number.
  ///
  /// - Throws: `SweepError` if there is none.
  package func trial(_ index: Int) throws(SweepError) -> SweepPlan.Trial {
    guard (0..<plan.count).contains(index) else {
      throw SweepError(.noTrial(index, count: plan.count), path: path)
    }
    return plan.trial(index)
  }
}

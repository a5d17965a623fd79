import Files
import Foundation

/// The folder of downloaded data sets: fastai's if it exists.
///
/// A data set `NAME` is the folder `NAME`. While it is downloaded and extracted, hidden files beside it hold the partial
/// archive, the files so far and the lock. The file `.NAME.json` keeps the SHA-256 of the archive.
package struct DatasetCache: Sendable {
  /// The folder.
  package let folder: String
  /// Whether downloads are disabled.
  package let isOffline: Bool

  package init(folder: String, isOffline: Bool = false) {
    self.folder = folder
    self.isOffline = isOffline
  }

  /// The cache that the environment configures.
  ///
  /// `LIGHTBOX_DATA`. Default: fastai's (`data` in `FASTAI_HOME` or in `~/.fastai`) if it exists, else `lightbox/data` in
  /// `XDG_CACHE_HOME` or in `~/.cache`. `LIGHTBOX_OFFLINE=1` disables downloads.
  package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    isOffline = ["1", "on", "yes", "true"].contains(
      environment["LIGHTBOX_OFFLINE"]?.lowercased() ?? "")
    let home = environment["HOME"] ?? NSHomeDirectory()
    let fastai = "\(environment["FASTAI_HOME"] ?? "\(home)/.fastai")/data"
    if let own = environment["LIGHTBOX_DATA"], !own.isEmpty {
      folder = own
    } else if FileName.isFolder(fastai) {
      folder = fastai
    } else {
      folder = UserFolders.cache("data", environment: environment)
    }
  }

  /// What a fetch did.
  package struct Outcome: Sendable, Equatable {
    /// The folder of the data set.
    package let path: String
    /// The SHA-256 of the archive; nil if the folder existed and nothing is known of its archive.
    package let sha256: String?
    /// Whether it was downloaded now.
    package let wasDownloaded: Bool
    /// Whether the SHA-256 was compared with a known one; false: it was computed for the first time.
    package let wasVerified: Bool
  }

  /// The phase of a fetch, for progress.
  package enum Phase: Sendable { case download, extraction }

  private struct Record: Codable {
    let url: String
    let bytes: Int
    let sha256: String
  }

  /// Returns a data set's folder, after downloading and extracting it if it does not exist.
  ///
  /// - Parameters:
  ///   - archive: The archive.
  ///   - progress: Called with the phase and the bytes so far and in total (0: unknown).
  /// - Returns: The folder and the checksum of the archive.
  /// - Throws: `DownloadError`. The next call resumes a partial download; a partial extraction leaves nothing.
  package func fetch(
    _ archive: DatasetArchive,
    progress: @escaping (_ phase: Phase, _ done: Int, _ total: Int) -> Void = { _, _, _ in }
  ) throws(DownloadError) -> Outcome {
    let path = "\(folder)/\(archive.name)"
    if let found = try existing(path, archive) { return found }
    let whole = hidden(archive, "archive")
    guard FileName.exists(whole) || !isOffline else {
      throw DownloadError(.offline(folder: folder), archive.name).with(help(archive, whole))
    }
    let created: [String]
    do { created = try createFolder(folder) } catch {
      throw DownloadError(.file(error.reason), error.path)
    }
    // Folders that are empty in the end, as after a failure. What was downloaded is kept to resume.
    defer { for folder in created.reversed() { rmdir(folder) } }
    return try fetch(archive, to: path, whole, progress)
  }

  private func help(_ archive: DatasetArchive, _ whole: String) -> DownloadError.ByHand {
    DownloadError.ByHand(name: archive.name, url: archive.url, file: whole)
  }

  /// Downloads, if there is no whole archive, and extracts; the folder exists.
  private func fetch(
    _ archive: DatasetArchive, to path: String, _ whole: String,
    _ progress: @escaping (_ phase: Phase, _ done: Int, _ total: Int) -> Void
  ) throws(DownloadError) -> Outcome {
    let lock: FolderLock?
    do { lock = try FolderLock.acquire(hidden(archive, "lock")) } catch {
      throw DownloadError(.file(error.reason), error.path)
    }
    guard let lock else { throw DownloadError(.busy, archive.name) }
    defer { lock.release() }
    // Another process may have finished it before the lock was free.
    if let found = try existing(path, archive) { return found }
    let part = hidden(archive, "archive.part")
    let isWhole = FileName.exists(whole)
    let known = archive.sha256 ?? record(archive)?.sha256
    if !isWhole {
      do throws(DownloadError) {
        try Download(url: archive.url, part: part, sizeLimit: archive.byteCount ?? 1 << 40).run(
          hashPrefix: known ?? ""
        ) { progress(.download, $0, $1) }
      } catch {
        throw error.with(help(archive, whole))
      }
      try check(part, archive)
      guard rename(part, whole) == 0 else {
        throw DownloadError(.file(.unwritable(errno: errno)), whole)
      }
    }
    // An archive that was put there by hand.
    if isWhole { try check(whole, archive) }
    let sum = try sha256(whole)
    try extract(whole, to: path, archive) { progress(.extraction, $0, $1) }
    write(Record(url: archive.url, bytes: fileSize(whole), sha256: sum), archive)
    unlink(whole)
    return Outcome(path: path, sha256: sum, wasDownloaded: true, wasVerified: known == sum)
  }

  private func hidden(_ archive: DatasetArchive, _ suffix: String) -> String {
    "\(folder)/.\(archive.name).\(suffix)"
  }

  private func existing(
    _ path: String, _ archive: DatasetArchive
  ) throws(DownloadError) -> Outcome? {
    guard FileName.exists(path) else { return nil }
    guard FileName.isFolder(path) else { throw DownloadError(.occupied, path) }
    return Outcome(
      path: path, sha256: record(archive)?.sha256, wasDownloaded: false, wasVerified: false)
  }

  private func fileSize(_ path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Compares an archive with what its publisher states.
  private func check(_ path: String, _ archive: DatasetArchive) throws(DownloadError) {
    func refuse(_ expected: String, _ found: String) -> DownloadError {
      unlink(path)
      return DownloadError(.wrongArchive(expected: expected, found: found), archive.url)
    }
    let size = fileSize(path)
    if let expected = archive.byteCount, expected != size {
      throw refuse("\(expected) bytes", "\(size) bytes")
    }
    guard let expected = archive.md5OfFirstMiB,
      let found = FileHash.md5(FileHead.read(path, count: 1 << 20))
    else { return }
    if expected != found { throw refuse("the MD5 \(expected)", "\(found) in its first MiB") }
  }

  /// Extracts beside the destination and renames what is complete.
  private func extract(
    _ file: String, to path: String, _ archive: DatasetArchive,
    _ progress: @escaping (Int, Int) -> Void
  ) throws(DownloadError) {
    let part = hidden(archive, "part")
    // Of a process that was killed; the lock is ours.
    try? FileManager.default.removeItem(atPath: part)
    guard mkdir(part, 0o700) == 0 else {
      throw DownloadError(.file(.folderNotCreated(errno: errno)), part)
    }
    TemporaryFiles.add(part)
    defer {
      TemporaryFiles.finish(part) { try? FileManager.default.removeItem(atPath: part) }
    }
    do {
      try ArchiveExtractor(file, into: part, progress: progress).run()
    } catch {
      // What is no archive or has a harmful entry will not get better.
      if case .file = error.reason {} else { unlink(file) }
      throw DownloadError(error.named(archive.url))
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: part)) ?? []
    // Archives have one folder, usually of the data set's name.
    let isWrapped = names.count == 1 && isRealFolder("\(part)/\(names[0])")
    let source = isWrapped ? "\(part)/\(names[0])" : part
    if !isWrapped { chmod(part, 0o777 & ~currentMask()) }
    guard rename(source, path) == 0 else {
      throw DownloadError(.file(.unwritable(errno: errno)), path)
    }
  }

  private func isRealFolder(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The mode bits that new files do not get.
  private func currentMask() -> mode_t {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("Umask:") }
    return line.flatMap { mode_t($0.dropFirst(6).trimmingCharacters(in: .whitespaces), radix: 8) }
      ?? 0o022
  }

  private func record(_ archive: DatasetArchive) -> Record? {
    guard let data = FileManager.default.contents(atPath: hidden(archive, "json")),
      let record = try? JSONDecoder().decode(Record.self, from: data), record.url == archive.url
    else { return nil }
    return record
  }

  private func write(_ record: Record, _ archive: DatasetArchive) {
    // A record that is missing costs a comparison only.
    guard let data = try? JSONEncoder().encode(record) else { return }
    try? AtomicFile.write([UInt8](data), to: hidden(archive, "json"))
  }
}

extension ArchiveError {
  fileprivate func named(_ name: String) -> ArchiveError {
    ArchiveError(reason, archive: name, entry: entry)
  }
}

/// Downloads and extracts a data set: fastai's `untar_data`.
///
///     let path = try untarData(URLs.siimSmall)
///
/// Nothing outside of the folder is written, and a data set that exists is complete. A partial download is resumed.
///
/// - Parameters:
///   - archive: The data set, of `URLs` or your own.
///   - folder: The folder in which the data set's folder is made (`data`, `base`). Default: `LIGHTBOX_DATA`; else fastai's
///     `~/.fastai/data` if it exists; else `~/.cache/lightbox/data`.
///   - progress: Called with the number of bytes so far and in total (0: unknown), of the download and then of the
///     extraction.
/// - Returns: The folder of the data set.
/// - Throws: `DownloadError`.
public func untarData(
  _ archive: DatasetArchive, in folder: String? = nil,
  progress: @escaping (_ done: Int, _ total: Int) -> Void = { _, _ in }
) throws(DownloadError) -> String {
  let standard = DatasetCache()
  let cache = folder.map { DatasetCache(folder: $0, isOffline: standard.isOffline) } ?? standard
  return try cache.fetch(archive) { _, done, total in progress(done, total) }.path
}

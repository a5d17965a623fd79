package import Files
package import Foundation
import Synchronization

/// Samples after their cacheable transforms, in files.
///
/// The name of an entry is the SHA-256 of the content of the image's file, the frame, the mode, the transforms that have
/// run, and the program with the libraries that decode.
package final class ImageStore: Sendable {
  /// An image's file as it was before it was decoded.
  package struct Content: Sendable {
    fileprivate let hash: String
    fileprivate let stamp: FileStamp
  }

  /// The folder.
  package let folder: String
  private let pipeline: Pipeline
  private let mode: PipelineMode
  /// Names and settings of the transforms that run before each index.
  private let settings: [String]
  private let problem = Mutex<String?>(nil)
  /// Bytes that are written before the free space of the disk is read again.
  private static let checkedBytes = 64 << 20
  private let untilCheck = Atomic<Int>(0)

  /// Creates a store for a pipeline.
  ///
  /// - Parameters:
  ///   - folder: The folder, which is created; nil: that of the user.
  ///   - pipeline: The pipeline.
  ///   - mode: The mode in which its transforms run.
  /// - Throws: `DataError` if the folder cannot be created or written.
  package init(
    _ folder: String?, pipeline: Pipeline, mode: PipelineMode
  ) throws(DataError) {
    self.folder = folder ?? Self.standardFolder()
    self.pipeline = pipeline
    self.mode = mode
    settings = Self.settings(of: pipeline, mode)
    do {
      for created in try createFolder(self.folder) { chmod(FileName.bytes(of: created), 0o700) }
    } catch {
      throw DataError(.cacheFolder(error.problem), path: self.folder)
    }
    guard access(FileName.bytes(of: self.folder), R_OK | W_OK | X_OK) == 0 else {
      throw DataError(.cacheFolder(String(cString: strerror(errno))), path: self.folder)
    }
  }

  /// `LIGHTBOX_IMAGE_CACHE`, else `lightbox/images` in the user's folder for caches.
  package static func standardFolder(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String {
    let own = environment["LIGHTBOX_IMAGE_CACHE"] ?? ""
    return own.isEmpty ? UserFolders.cache("images", environment: environment) : own
  }

  private static func settings(of pipeline: Pipeline, _ mode: PipelineMode) -> [String] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    var text = ""
    var found = [text]
    for transform in pipeline.transforms {
      if pipeline.runs(transform, in: mode) {
        let settings = (try? encoder.encode(transform)).map { String(decoding: $0, as: UTF8.self) }
        // A transform that cannot be encoded is not equal to itself in another process.
        text += "\(type(of: transform).name) \(settings ?? UUID().uuidString)\n"
      }
      found.append(text)
    }
    return found
  }

  /// Reads the file of an item; nil if it cannot be read.
  package func content(of item: DataItem) -> Content? {
    guard FileName.irregularity(of: item.path) == nil, let stamp = FileStamp(item.path),
      let file = try? FileHash.sha256(ofFile: item.path)
    else { return nil }
    let text = "\(DecodingProgram.identity) \(mode.rawValue) \(item.frame ?? -1) \(file)"
    return Content(hash: text, stamp: stamp)
  }

  /// Why no more images are kept; nil: they are.
  package var fault: String? { problem.withLock { $0 } }

  private func key(_ content: Content, before index: Int) -> String {
    FileHash.sha256(Array("\(content.hash)\n\(settings[index])".utf8))
  }

  private func part(of key: String) -> String { "\(folder)/\(key.prefix(2))" }

  private func path(of key: String) -> String {
    "\(part(of: key))/\(key.dropFirst(2))\(Self.ending)"
  }

  private static let ending = ".image"

  /// Reads the entry of an image, with as many transforms as have been kept.
  ///
  /// - Parameters:
  ///   - content: The image.
  ///   - sample: A sample of the image that has not been read.
  /// - Returns: The index of the next transform; nil without an entry.
  package func read(_ content: Content, into sample: inout Sample) -> Int? {
    let transforms = pipeline.transforms
    for index in stride(from: transforms.count, through: 1, by: -1)
    where settings[index] != settings[index - 1] {
      let key = key(content, before: index)
      if StoredImage.read(path(of: key), key: key, into: &sample) { return index }
    }
    return nil
  }

  /// Keeps a sample whose transforms before an index have run, if it has no masks and boxes and the disk has space.
  ///
  /// A file that was changed while it was decoded is not kept.
  package func keep(_ sample: Sample, next index: Int, of content: Content, item: DataItem) {
    guard fault == nil, sample.label == item.label else { return }
    let key = key(content, before: index)
    guard let bytes = StoredImage.bytes(of: sample, key: key), FileStamp(item.path) == content.stamp
    else { return }
    do {
      guard try hasSpace(for: bytes.count) else {
        return problem.withLock { $0 = "less than a twentieth of the disk is free" }
      }
      for created in try createFolder(part(of: key)) { chmod(FileName.bytes(of: created), 0o700) }
      // Not synced: the checksum tells an incomplete file.
      try AtomicFile.write(bytes, to: path(of: key), syncs: false)
    } catch {
      // Something else has the name of this entry only.
      if case .unwritable(let code) = error.reason, [EISDIR, EEXIST, ENOTEMPTY].contains(code) {
        return
      }
      problem.withLock { $0 = error.problem }
    }
  }

  /// Whether a twentieth of the disk, or 10 GiB, stays free.
  private func hasSpace(for count: Int) throws(FileError) -> Bool {
    if untilCheck.subtract(count, ordering: .relaxed).newValue > 0 { return true }
    var disk = statvfs()
    guard statvfs(FileName.bytes(of: folder), &disk) == 0 else {
      throw FileError(.unwritable(errno: errno), path: folder)
    }
    let block = UInt64(disk.f_frsize)
    let reserve = min(UInt64(disk.f_blocks) * block / 20, 10 << 30)
    guard UInt64(disk.f_bavail) * block > reserve + UInt64(count + Self.checkedBytes) else {
      return false
    }
    untilCheck.store(Self.checkedBytes, ordering: .relaxed)
    return true
  }
}

extension ImageStore {
  /// The entries of a folder.
  package struct Summary: Sendable, Equatable {
    /// The number of entries.
    package var count = 0
    /// Their bytes.
    package var bytes = 0
  }

  /// Counts the entries of a folder, and removes them if asked; other files stay.
  ///
  /// - Returns: nil if there is no such folder.
  /// - Throws: `FileError` of a folder that cannot be read, or of an entry that cannot be removed.
  package static func entries(
    in folder: String, removing removes: Bool = false
  ) throws(FileError) -> Summary? {
    guard FileName.exists(folder) else { return nil }
    var summary = Summary()
    for part in try names(in: folder) where isPart(part, 2) {
      let path = "\(folder)/\(part)"
      for name in try names(in: path) {
        guard name.hasSuffix(ending), isPart(String(name.dropLast(ending.count)), 62),
          let entry = FileIdentity("\(path)/\(name)"), entry.isFile
        else { continue }
        if removes, unlink(FileName.bytes(of: "\(path)/\(name)")) != 0 {
          throw FileError(.unwritable(errno: errno), path: "\(path)/\(name)")
        }
        summary.count += 1
        summary.bytes += entry.size
      }
      if removes { rmdir(FileName.bytes(of: path)) }
    }
    return summary
  }

  private static func names(in folder: String) throws(FileError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw FileError(.unreadable(errno: systemCode(of: error) ?? EIO), path: folder)
    }
  }

  private static func isPart(_ name: String, _ count: Int) -> Bool {
    name.utf8.count == count && name.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
  }
}

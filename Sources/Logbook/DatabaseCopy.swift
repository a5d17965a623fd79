import Files
import Foundation

/// A copy of a database in a folder that cannot be written, removed with the object.
final class DatabaseCopy: Sendable {
  let path: String
  private let folder: String

  private static let limit = 1 << 30

  /// - Throws: `FileError`.
  init(of original: String) throws {
    folder =
      FileManager.default.temporaryDirectory.appendingPathComponent("lightbox-\(UUID())")
      .path
    path = folder + "/metrics.sqlite"
    TemporaryFiles.add(folder)
    try createFolder(folder)
    for suffix in ["", "-wal"] where access(original + suffix, F_OK) == 0 {
      let bytes = try readFile(original + suffix, limit: Self.limit)
      try bytes.write(to: URL(fileURLWithPath: path + suffix))
    }
  }

  deinit {
    TemporaryFiles.finish(folder) { try? FileManager.default.removeItem(atPath: folder) }
  }
}

import Files
import Foundation
import Imaging

/// The rows of a SIIM run-length file, decoded when the size of their image is known.
///
/// The columns are recognized by their names (`MaskColumns`), the image of a row by path, name or UID (`MaskKeys`).
/// Each mask belongs to its own image, so the images of a file may have different sizes.
package struct SIIMMaskRows: Sendable {
  /// A row of an image.
  private struct Row: Sendable {
    let line: Int
    let runs: String
  }

  private let rows: [String: [Row]]
  private let keys: MaskKeys
  private let path: String?
  /// The name of the column that says which image.
  package let keyName: String
  /// The largest file that is read, in bytes.
  private static let byteLimit = 1 << 30

  /// Reads a file; the size of the images does not matter yet.
  ///
  /// - Throws: `SIIMMaskError` with the file and the line.
  package init(path: String) throws(SIIMMaskError) {
    try self.init(text: Self.text(of: path), path: path)
  }

  /// Parses the text of a file of masks.
  ///
  /// - Throws: `SIIMMaskError` with the line.
  package init(text: String, path: String? = nil) throws(SIIMMaskError) {
    var rows: [String: [Row]] = [:]
    var columns: MaskColumns?
    var number = 0
    for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
      number += 1
      var line = Substring(line).trimmingBlanks()
      guard let columns else {
        // A byte order mark.
        if line.hasPrefix("\u{FEFF}") { line = line.dropFirst() }
        columns = MaskColumns(header: line)
        if columns == nil {
          throw SIIMMaskError(.header(found: String(line.prefix(100))), file: path, line: 1)
        }
        continue
      }
      if line.isEmpty { continue }
      guard let cells = columns.cells(line) else {
        throw SIIMMaskError(.noComma, file: path, line: number)
      }
      do {
        _ = try SIIMMask.parse(runLengths: cells.runs, pixels: nil)
      } catch {
        throw SIIMMaskError(error.reason, file: path, line: number)
      }
      rows[cells.key, default: []].append(Row(line: number, runs: cells.runs))
    }
    keyName = columns?.keyName ?? ""
    keys = MaskKeys(rows.keys)
    self.rows = rows
    self.path = path
  }

  /// The ImageIds.
  package var images: [String] { Array(rows.keys) }

  /// The union of the rows of an image; nil if it has none.
  ///
  /// - Throws: `SIIMMaskError` with the file and the line if a run ends outside of the image.
  package func mask(
    ofImage image: String, width: Int, height: Int
  ) throws(SIIMMaskError) -> SIIMMask? {
    guard let rows = rows[image] else { return nil }
    var runs: [Range<Int>] = []
    for row in rows {
      do {
        runs += try SIIMMask.parse(runLengths: row.runs, pixels: width * height)
      } catch {
        throw SIIMMaskError(error.reason, file: path, line: row.line)
      }
    }
    return SIIMMask(width: width, height: height, sortedRuns: SIIMMask.merged(runs))
  }

  /// The key of an image file; nil if the table does not name it.
  package func key(ofFile path: String) -> String? { keys.key(ofFile: path) }

  /// Whether the mask of a key has a pixel: some row is not `-1`.
  package func hasRegion(_ key: String) -> Bool {
    rows[key]?.contains { $0.runs != "-1" } ?? false
  }

  /// The mask of an image file: by its path, its name with or without ending, or its SOP Instance UID.
  package func mask(
    forFile path: String, width: Int, height: Int
  ) throws(SIIMMaskError) -> SIIMMask? {
    guard let key = key(ofFile: path) else { return nil }
    return try mask(ofImage: key, width: width, height: height)
  }

  /// Checks that the table names some of the images.
  ///
  /// - Returns: The number of images that it names.
  /// - Throws: `SIIMMaskError` that shows what keys and images look like.
  @discardableResult
  package func checkNames(_ files: [String]) throws(SIIMMaskError) -> Int {
    let known = files.count { key(ofFile: $0) != nil }
    guard known > 0 else {
      throw SIIMMaskError(
        .noneNamed(
          column: keyName, keys: Array(rows.keys.sorted().prefix(3)), count: rows.count,
          images: Array(files.prefix(3))), file: path)
    }
    return known
  }

  private static func text(of path: String) throws(SIIMMaskError) -> String {
    var status = stat()
    guard stat(FileName.bytes(of: path), &status) == 0 else {
      throw SIIMMaskError(.file(.unreadable(errno: errno)), file: path)
    }
    // A pipe would be waited for.
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw SIIMMaskError(.notARegularFile, file: path)
    }
    guard status.st_size <= byteLimit else {
      throw SIIMMaskError(.tooLarge(bytes: Int(status.st_size), limit: byteLimit), file: path)
    }
    return String(decoding: FileHead.read(path, count: Int(status.st_size)), as: UTF8.self)
  }
}

import Files
import Foundation
import Imaging

/// The rows of a SIIM run-length file, decoded when the size of their image is known.
///
/// Each mask belongs to its own image, so the images of a file may have different sizes.
package struct SIIMMaskRows: Sendable {
  /// A row of an image.
  private struct Row: Sendable {
    let line: Int
    let runs: Substring
  }

  private let rows: [String: [Row]]
  private let path: String?
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
    var number = 0
    for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
      number += 1
      let line = Substring(line).trimming()
      if number == 1 {
        guard Self.isHeader(line) else {
          throw SIIMMaskError(.header(found: String(line.prefix(100))), file: path, line: 1)
        }
        continue
      }
      if line.isEmpty { continue }
      guard let comma = line.utf8.firstIndex(of: 0x2C) else {
        throw SIIMMaskError(.noComma, file: path, line: number)
      }
      let runs = line[line.index(after: comma)...]
      do {
        _ = try SIIMMask.parse(runLengths: runs, pixels: nil)
      } catch {
        throw SIIMMaskError(error.reason, file: path, line: number)
      }
      rows[String(line[..<comma].trimming()), default: []].append(Row(line: number, runs: runs))
    }
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

  /// The mask of an image file, by its name without folder and known ending, its name, or its path.
  package func mask(
    forFile path: String, width: Int, height: Int
  ) throws(SIIMMaskError) -> SIIMMask? {
    for image in SIIMMaskFile.names(ofFile: path) {
      if let mask = try mask(ofImage: image, width: width, height: height) { return mask }
    }
    return nil
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

  private static func isHeader(_ line: Substring) -> Bool {
    let names = line.split(separator: ",", maxSplits: 3).map { $0.trimming() }
    // Ignores a byte order mark.
    let first = names.first.map { $0.hasPrefix("\u{FEFF}") ? $0.dropFirst() : $0 }
    return names.count == 2 && first == "ImageId" && names[1] == "EncodedPixels"
  }
}

extension Substring {
  /// Removes spaces, tabs, carriage returns and no-break spaces from both ends.
  fileprivate func trimming() -> Substring {
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.isBlank }),
      let last = scalars.lastIndex(where: { !$0.isBlank })
    else { return self[endIndex...] }
    return self[first..<scalars.index(after: last)]
  }
}

extension Unicode.Scalar {
  fileprivate var isBlank: Bool {
    self == " " || self == "\t" || self == "\r" || self == "\u{A0}"
  }
}

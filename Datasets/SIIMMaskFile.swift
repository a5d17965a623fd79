import Files
import Foundation

/// The masks of a SIIM run-length file (`masks.csv`, or the challenge's `train-rle.csv`).
///
/// The file has the header `ImageId, EncodedPixels` and one row per region; the mask of an image is
/// the union of its rows. An ImageId is a file name without extension, in SIIM's set also the
/// SOPInstanceUID.
public struct SIIMMaskFile: Sendable {
  /// The masks by ImageId.
  package let masks: [String: SIIMMask]

  /// Reads a file of masks.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - width: The number of columns of the images.
  ///   - height: The number of rows of the images.
  /// - Throws: `SIIMMaskError` with the file and the line.
  public init(path: String, width: Int = 1024, height: Int = 1024) throws(SIIMMaskError) {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw SIIMMaskError(
        .file(.unreadable(errno: systemCode(of: error) ?? EIO)), file: path)
    }
    do {
      try self.init(text: String(decoding: data, as: UTF8.self), width: width, height: height)
    } catch {
      throw SIIMMaskError(error.reason, file: path, line: error.line)
    }
  }

  /// Parses the text of a file of masks.
  ///
  /// - Throws: `SIIMMaskError` with the line.
  package init(text: String, width: Int = 1024, height: Int = 1024) throws(SIIMMaskError) {
    var runs: [String: [Range<Int>]] = [:]
    var number = 0
    for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
      number += 1
      let line = Substring(line).trimming()
      if number == 1 {
        try Self.checkHeader(line)
        continue
      }
      if line.isEmpty { continue }
      guard let comma = line.firstIndex(of: ",") else {
        throw SIIMMaskError(.noComma, line: number)
      }
      let image = String(line[..<comma].trimming())
      do {
        let row = line[line.index(after: comma)...]
        let mask = try SIIMMask(runLengths: row, width: width, height: height)
        runs[image, default: []] += mask.runs
      } catch {
        throw SIIMMaskError(error.reason, line: number)
      }
    }
    masks = runs.mapValues { runs in
      SIIMMask(width: width, height: height, sortedRuns: SIIMMask.merged(runs))
    }
  }

  /// Looks up the mask of an image file by its name without folder and extension; nil if there is
  /// none.
  public func mask(forFile path: String) -> SIIMMask? {
    masks[URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent] ?? masks[path]
  }

  private static func checkHeader(_ line: Substring) throws(SIIMMaskError) {
    let names = line.split(separator: ",").map { $0.trimming() }
    // Ignores a byte order mark.
    let first = names.first.map { $0.hasPrefix("\u{FEFF}") ? $0.dropFirst() : $0 }
    guard names.count == 2, first == "ImageId", names[1] == "EncodedPixels" else {
      throw SIIMMaskError(.header(found: String(line)), line: 1)
    }
  }
}

extension Substring {
  /// Removes spaces, tabs and carriage returns from both ends.
  fileprivate func trimming() -> Substring {
    var rest = self
    while let last = rest.unicodeScalars.last, last.isBlank { rest.unicodeScalars.removeLast() }
    while let first = rest.unicodeScalars.first, first.isBlank { rest.unicodeScalars.removeFirst() }
    return rest
  }
}

extension Unicode.Scalar {
  fileprivate var isBlank: Bool { self == " " || self == "\t" || self == "\r" }
}

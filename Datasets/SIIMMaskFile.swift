import Foundation

/// The masks of a SIIM run-length file (`masks.csv`, or the challenge's own `train-rle.csv`).
///
/// The file has the header `ImageId, EncodedPixels` and one row per region; an image with several
/// rows has the union of their regions. An ImageId is the film's file name without extension, which in
/// SIIM's own set is also its SOPInstanceUID.
public struct SIIMMaskFile: Sendable {
  /// The mask of every image in the file.
  public let masks: [String: SIIMMask]

  /// Reads a file of masks.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - width: Columns of the films, in pixels.
  ///   - height: Rows of the films, in pixels.
  /// - Throws: `SIIMMaskError`, with the file and the line at fault.
  public init(path: String, width: Int = 1024, height: Int = 1024) throws(SIIMMaskError) {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw SIIMMaskError(.unreadable(error.localizedDescription), file: path)
    }
    do {
      try self.init(text: String(decoding: data, as: UTF8.self), width: width, height: height)
    } catch {
      throw SIIMMaskError(error.reason, file: path, line: error.line)
    }
  }

  /// Reads masks from the text of such a file.
  ///
  /// - Throws: `SIIMMaskError`, with the line at fault.
  public init(text: String, width: Int = 1024, height: Int = 1024) throws(SIIMMaskError) {
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

  /// The mask of a film's file: looked up by its name without folder and extension.
  public func mask(forFile path: String) -> SIIMMask? {
    masks[URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent] ?? masks[path]
  }

  private static func checkHeader(_ line: Substring) throws(SIIMMaskError) {
    let names = line.split(separator: ",").map { $0.trimming() }
    // A byte order mark is not part of the name.
    let first = names.first.map { $0.hasPrefix("\u{FEFF}") ? $0.dropFirst() : $0 }
    guard names.count == 2, first == "ImageId", names[1] == "EncodedPixels" else {
      throw SIIMMaskError(.header(found: String(line)), line: 1)
    }
  }
}

extension Substring {
  /// Without blanks, tabs and carriage returns at both ends.
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

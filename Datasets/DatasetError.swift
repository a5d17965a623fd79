/// Why a data set can't be made, found or unpacked.
public struct DatasetError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kinds of faults.
  public enum Reason: Equatable, Sendable {
    /// The output folder holds something already.
    case folderNotEmpty(found: String)
    /// The folder to overwrite holds something that is not part of such a data set.
    case foreignEntry(String)
    /// There is a file where a folder is needed.
    case notAFolder
    /// The disk is full, or would be.
    case noSpace(neededBytes: Int?)
    /// Writing failed; the system's words.
    case cannotWrite(String)
    /// Reading failed; the system's words.
    case cannotRead(String)
    /// A number asked for is out of its range.
    case outOfRange(name: String, value: Int, allowed: ClosedRange<Int>)
    /// A bundled file is in none of the places where it is looked for.
    case resourceMissing(searched: [String])
    /// A bundled archive is not the one that was shipped.
    case checksum(expected: String, found: String)
    /// The archive could not be unpacked; the unpacking program's words.
    case unpacking(String)
    /// No sample has this name.
    case unknownSample(nearest: String?, known: [String])
  }

  /// What is wrong.
  public let reason: Reason
  /// The file, folder or name that it is about.
  public let path: String

  /// Makes an error from its facts.
  public init(_ reason: Reason, path: String) {
    self.reason = reason
    self.path = path
  }

  /// One sentence: what, why, and the way out.
  public var description: String {
    switch reason {
    case .folderNotEmpty(let found):
      "\(path) is not empty (it holds \(found)); choose a new folder, or ask to overwrite it"
    case .foreignEntry(let entry):
      "\(path) holds \(entry), which is not part of such a data set, so it is not overwritten; "
        + "choose a new folder"
    case .notAFolder:
      "\(path) is a file, not a folder; choose another name"
    case .noSpace(let needed):
      "\(path): no space left on the disk"
        + (needed.map { " (about \(($0 + 999_999) / 1_000_000) MB are needed)" } ?? "")
        + "; free some, or choose a folder on another disk. Nothing was left behind"
    case .cannotWrite(let words):
      "\(path) can't be written (\(words)); check that the folder exists and is yours to write"
    case .cannotRead(let words):
      "\(path) can't be read (\(words))"
    case .outOfRange(let name, let value, let allowed):
      "\(name) is \(value); it must be between \(allowed.lowerBound) and \(allowed.upperBound)"
    case .resourceMissing(let searched):
      "the bundled file \(path) was not found in \(searched.joined(separator: ", ")); "
        + "set LIGHTBOX_RESOURCES to the folder that holds Lightbox_Datasets.resources"
    case .checksum(let expected, let found):
      "\(path) is damaged (SHA-256 \(found.prefix(12))…, expected \(expected.prefix(12))…); "
        + "fetch Lightbox again"
    case .unpacking(let words):
      "\(path) can't be unpacked (\(words))"
    case .unknownSample(let nearest, let known):
      "there is no sample \"\(path)\""
        + (nearest.map { "; did you mean \"\($0)\"?" }
          ?? "; the samples are \(known.joined(separator: ", "))")
    }
  }
}

public import Files

/// A data set that cannot be generated, found or unpacked.
public struct DatasetError: LightboxError, Equatable {
  /// The facts.
  package enum Reason: Equatable, Sendable {
    /// The operating system refuses to read or write a file.
    case file(FileError.Reason)
    /// The output folder is not empty.
    case folderNotEmpty(found: String)
    /// The folder to overwrite contains an entry that is not part of the data set.
    case foreignEntry(String)
    /// The output folder is a file.
    case notAFolder
    /// The disk has too little free space.
    case noSpace(neededBytes: Int)
    /// An argument is out of its range.
    case outOfRange(value: Int, allowed: ClosedRange<Int>)
    /// A bundled file is in none of the folders searched.
    case resourceMissing(searched: [String])
    /// The SHA-256 of a bundled archive is wrong.
    case checksum(expected: String, found: String)
    /// The archive cannot be unpacked; the message of `tar`.
    case unpacking(String)
    /// There is no sample with this name.
    case unknownSample(known: [String])
  }

  /// The facts.
  package let reason: Reason
  /// The file, folder, argument or name.
  package let path: String

  /// Creates an error.
  package init(_ reason: Reason, path: String) {
    self.reason = reason
    self.path = path
  }

  /// The file, folder, argument or name.
  public var place: ErrorPlace {
    switch reason {
    case .unknownSample: ErrorPlace(element: path)
    default: ErrorPlace(file: path)
    }
  }

  /// What is wrong.
  public var problem: String {
    switch reason {
    case .file(let reason): FileError(reason, path: path).problem
    case .folderNotEmpty(let found): "the folder is not empty, it contains \(found)"
    case .foreignEntry(let entry):
      "the folder contains \(entry), which is not part of the data set, and is not overwritten"
    case .notAFolder: "it is a file, not a folder"
    case .noSpace(let bytes):
      "the disk has too little space, about \((bytes + 999_999) / 1_000_000) MB are required"
    case .outOfRange(let value, let allowed):
      "\(value) is not in the range \(allowed.lowerBound) to \(allowed.upperBound)"
    case .resourceMissing(let searched):
      "the bundled file is not in \(searched.joined(separator: ", "))"
    case .checksum(let expected, let found):
      "the file is corrupt, its SHA-256 is \(found.prefix(12))… instead of \(expected.prefix(12))…"
    case .unpacking(let message): "it cannot be unpacked: \(message)"
    case .unknownSample: "there is no such sample"
    }
  }

  /// What to do about it.
  public var remedy: String? {
    switch reason {
    case .file(let reason): FileError(reason, path: path).remedy
    case .folderNotEmpty:
      "choose another folder, or overwrite a synthetic data set with --overwrite"
    case .foreignEntry, .notAFolder: "choose another folder"
    case .noSpace: "free some space or choose a folder on another disk"
    case .outOfRange: nil
    case .resourceMissing:
      "set LIGHTBOX_RESOURCES to the folder that contains Lightbox_Datasets.resources"
    case .checksum: "install Lightbox again"
    case .unpacking: "check the free space and that tar and gzip are installed"
    case .unknownSample(let known):
      NearestName.nearest(to: path, among: known).map { "did you mean \"\($0)\"?" }
        ?? "the samples are \(known.joined(separator: ", "))"
    }
  }
}
